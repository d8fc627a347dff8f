/** Rebuilds a topic's files in a directory: the library's face of it. */
import { createKafka } from '../kafka/client.ts';
import { type Kafka, KafkaError } from '../kafka/contract.ts';
import type { Sink } from '../stores/contract.ts';
import { openDiskSink } from '../stores/disk/sink.ts';
import { clientOptions } from './client-options.ts';
import { DownloadRun } from './download-run.ts';
import { type DownloadOptions, type DownloadSummary, downloadSettings } from './options.ts';
import { StoppedError } from './patience.ts';
import { reportProgress, Tally } from './tally.ts';
import { existingTopic } from './topics.ts';

/** Milliseconds that a stopped run waits for what it began. */
const grace = 10_000;

/**
 * Rebuilds every file of a topic below a directory, as `<to>/<uploader>/<path>`. Resolves when the ends that the
 * partitions had at the start are reached (`once`), or when `signal` has ended the run.
 *
 * Throws ConfigurationError (sink, topic, options), UnreachableError (past `giveUpAfter`) or KafkaError. Files that cannot
 * be rebuilt throw nothing: they are told as events and counted in `failed`.
 */
export async function download(options: DownloadOptions): Promise<DownloadSummary> {
  const settings = downloadSettings(options);
  const sink = await openDiskSink(settings.to);
  try {
    const kafka = createKafka(clientOptions(settings, `sluice-download-${settings.name}`));
    try {
      return await downloadTo(kafka, sink, settings);
    } finally {
      await kafka.close();
    }
  } finally {
    await sink.close();
  }
}

/** The same, to any sink through any client. The client is closed only when a stopped run cannot end otherwise. */
export async function downloadTo(
  kafka: Kafka,
  sink: Sink,
  options: DownloadOptions,
): Promise<DownloadSummary> {
  const settings = downloadSettings(options);
  const stop = new AbortController();
  const onAbort = (): void => {
    stop.abort();
    setTimeout(() => void kafka.close(), grace).unref();
  };
  settings.signal?.addEventListener('abort', onAbort, { once: true });
  if (settings.signal?.aborted) onAbort();
  const tally = new Tally();
  const endProgress = reportProgress(tally, settings.onEvent);
  let open = 0;
  try {
    const topic = await existingTopic(kafka, settings.topic);
    const place = sink.place;
    settings.onEvent({
      type: 'started',
      name: settings.name,
      topic: topic.name,
      partitions: topic.partitions,
      place,
    });
    const run = new DownloadRun({ kafka, sink, settings, tally, topic, stop });
    try {
      await run.run();
    } finally {
      open = run.open;
    }
  } catch (error) {
    // The user stopped the run while the cluster or the disk was away: that is an end, not a failure.
    const cutOff = error instanceof StoppedError || (error instanceof KafkaError && error.kind === 'closed');
    if (!(settings.signal?.aborted && cutOff)) throw error;
  } finally {
    settings.signal?.removeEventListener('abort', onAbort);
    endProgress();
  }
  return {
    files: tally.filesDone,
    bytes: tally.bytesDone,
    unchanged: tally.filesUnchanged,
    failed: tally.filesFailed,
    open,
    records: tally.records,
    wireBytes: tally.wireBytes,
    seconds: tally.seconds,
    interrupted: settings.signal?.aborted ?? false,
  };
}
