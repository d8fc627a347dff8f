/** Rebuilds a topic's files in a directory: the library's face of it. */
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError, describeError } from '../errors.ts';
import { withFigures } from '../figures/with-figures.ts';
import { createKafka } from '../kafka/client.ts';
import type { Kafka } from '../kafka/contract.ts';
import { hostName } from '../machine.ts';
import type { ReportKey } from '../records/report-record.ts';
import type { Sink } from '../stores/contract.ts';
import { openSink } from '../stores/open.ts';
import { storeOptionsOf } from '../stores/options.ts';
import { SinkLostError } from '../stores/sink-lost.ts';
import { checkOverwrite } from './receive/overwrite.ts';
import { clientOptions } from './run/client-options.ts';
import type { DownloadFigures } from './run/download-figures.ts';
import { DownloadRun } from './run/download-run.ts';
import { openWhenRoom } from './run/open-when-room.ts';
import { positionGroup } from './run/positions.ts';
import { runStoppable } from './run/run-stoppable.ts';
import { TransferReport } from './run/transfer-report.ts';
import { StoppedError } from './shared/disk-retry.ts';
import type { DownloadEvent } from './shared/events.ts';
import { Keyring } from './shared/keyring.ts';
import {
  type DownloadOptions,
  type DownloadSettings,
  type DownloadSummary,
  downloadSettings,
} from './shared/options.ts';
import { awaitTopic, existingTopic } from './shared/topics.ts';

/**
 * Rebuilds every file of a topic below a directory, as `<to>/<uploader>/<path>`. Resolves when the ends that the
 * partitions had at the start are reached (`once`), or when `signal` has ended the run.
 *
 * Throws ConfigurationError (sink, topic, options), UnreachableError (past `giveUpAfter`) or KafkaError. Files that cannot
 * be rebuilt throw nothing: they are told as events and counted in `failed`.
 */
export async function download(options: DownloadOptions): Promise<DownloadSummary> {
  const open = async () => new (await import('./run/download-figures.ts')).DownloadFigures();
  return withFigures(options, open, downloadOnce);
}

/** The same without figures of its own: where several runs have the same ones, `figures`. */
export async function downloadOnce(
  options: DownloadOptions,
  figures?: DownloadFigures,
): Promise<DownloadSummary> {
  const settings = downloadSettings(options);
  const { to, name: reader, group, spill, backupDir: backup } = settings;
  if (group !== undefined && settings.reset)
    throw new ConfigurationError(
      "the members of a group have one position, and --reset would be one member's alone: end all members, remove .sluice/group.json of the place, and start them again to read the topic from its beginning",
    );
  const aside = { ...(spill === undefined ? {} : { spill }), ...(backup === undefined ? {} : { backup }) };
  const { owner, xattrs, acls, specialBits } = settings;
  const attributes = { owner, xattrs, acls, specialBits };
  const open = () => openSink(to, { reader, group, attributes, ...aside, ...storeOptionsOf(settings) });
  let sink = await openWhenRoom(open, settings);
  const reopen = async (): Promise<Sink> => {
    await sink.close();
    sink = await open();
    return sink;
  };
  const report = new TransferReport({
    ...{ topic: settings.topic, logger: settings.logger },
    // What a key opens may be anybody's names.
    isSecret: (settings.identity ?? []).length > 0 || settings.passphraseFile !== undefined,
  });
  const onEvent = (event: DownloadEvent): void => {
    report.see(event);
    settings.onEvent(event);
  };
  const told = { ...settings, onEvent };
  try {
    const kafka = createKafka(clientOptions(told, `sluice-download-${settings.name}`));
    try {
      const watched = figures?.watch(kafka, settings.topic) ?? kafka;
      report.begin(kafka, reportKeyOf(settings, sink.id));
      const summary = await downloadTo(watched, sink, told, reopen);
      await report.end();
      return summary;
    } finally {
      report.stop();
      await kafka.close();
    }
  } finally {
    await sink.close();
  }
}

/** Members of a group are several under one name. */
function reportKeyOf({ name, group }: DownloadSettings, sinkId: string): ReportKey {
  const key = { kind: 'downloader', name: positionGroup(group ?? name, sinkId) } as const;
  return group === undefined ? key : { ...key, instance: `${hostName() ?? ''}/${process.pid}` };
}

/** What is wished for where it cannot be had is told; files come without. */
function tellOfAttributes({ place, abilities }: Sink, settings: DownloadSettings): void {
  const { owner, xattrs, acls, specialBits, onEvent } = settings;
  const isWished = owner !== undefined || xattrs || acls || specialBits;
  if (!isWished || abilities.attributes) return;
  const message = `${place} is no folder, and keeps no owners, extended attributes, ACLs or special bits: files come without`;
  onEvent({ type: 'warning', message });
}

/** How often a sink that was lost is begun anew in one run: where it happens all the time is no place for one. */
const newSinks = 3;
/** Milliseconds until a lost sink is opened again. */
const reopenAfter = 1000;

/**
 * The same, to any sink through any client. The client is closed only when a stopped run cannot end otherwise. A sink that is
 * lost while files come is closed and opened again by `reopen`, and all that the topic has is read into it.
 */
export async function downloadTo(
  kafka: Kafka,
  sink: Sink,
  options: DownloadOptions,
  reopen?: () => Promise<Sink>,
): Promise<DownloadSummary> {
  const settings = downloadSettings(options);
  const keyring = await Keyring.open(settings);
  const began = Date.now();
  let [open, notReplaced] = [0, 0];
  await checkOverwrite(sink, settings.overwrite);
  const summary = await runStoppable({ ...settings, kafka }, async ({ stop, progress, report }) => {
    // Found beside the topic, and not after it. Whoever needs the positions asks for them, and is told what is wrong.
    const group = positionGroup(settings.group ?? settings.name, sink.id);
    kafka.committed(group, settings.topic).catch(() => {});
    const topic = settings.once
      ? await existingTopic(kafka, settings.topic)
      : await awaitTopic(kafka, settings.topic, { onEvent: settings.onEvent, signal: stop.signal });
    if (topic === undefined) return;
    const { name, onEvent } = settings;
    const { partitions } = topic;
    onEvent({ type: 'started', name, topic: topic.name, partitions, place: sink.place });
    tellOfAttributes(sink, settings);
    report();
    let current = { sink, settings };
    for (let lost = 0; ; lost++) {
      // Of its own: a run that fails stops itself, and the next one is to go on.
      const own = new AbortController();
      const run = new DownloadRun({ ...current, kafka, progress, topic, keyring, stop: own });
      const onStop = (): void => own.abort();
      stop.signal.addEventListener('abort', onStop, { once: true });
      if (stop.signal.aborted) onStop();
      try {
        return await run.run();
      } catch (error) {
        const mayGoOn = error instanceof SinkLostError && reopen !== undefined && lost < newSinks;
        if (!mayGoOn || stop.signal.aborted) throw error;
        const message = `${describeError(error)}; it is begun anew, and the topic read from where this run began to read it`;
        onEvent({ type: 'warning', message });
      } finally {
        open = run.open;
        notReplaced = progress.filesNotReplaced;
        stop.signal.removeEventListener('abort', onStop);
      }
      const from = settings.fromOffset === 'end' ? { fromOffset: began } : {};
      current = { sink: await openAgain(reopen, settings, stop.signal), settings: { ...settings, ...from } };
    }
  });
  return { ...summary, open, notReplaced };
}

/** Whoever removed the folder may be about to go on with that: it is opened a little later, and tried until it works. */
async function openAgain(
  reopen: () => Promise<Sink>,
  { to, onEvent }: DownloadSettings,
  signal: AbortSignal,
): Promise<Sink> {
  for (let isSaid = false; ; isSaid = true) {
    await delay(reopenAfter, undefined, { signal }).catch(() => {});
    if (signal.aborted) throw new StoppedError('stopped before the sink was opened again');
    try {
      const sink = await reopen();
      if (isSaid) onEvent({ type: 'resumed', on: 'sink', message: `${to} takes files again` });
      return sink;
    } catch (error) {
      const message = `${describeError(error)}; it is tried again until it works`;
      if (!isSaid) onEvent({ type: 'waiting', on: 'sink', message });
    }
  }
}
