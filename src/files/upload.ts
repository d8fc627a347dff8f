/** Sends a directory's files through a topic: the library's face of it. */
import { ConfigurationError } from '../errors.ts';
import { withFigures } from '../figures/with-figures.ts';
import { createKafka } from '../kafka/client.ts';
import type { Kafka, Producer } from '../kafka/contract.ts';
import { uploaderFault } from '../records/path.ts';
import { statePartition } from '../records/state-record.ts';
import { attributeWish } from '../stores/attribute-wish.ts';
import type { Source, SourceFile } from '../stores/contract.ts';
import { storeOptionsOf } from '../stores/options.ts';
import type { LinkChoice } from '../stores/tree-names.ts';
import { noticesOf } from './find/bucket-notices.ts';
import { openSources, type Patience } from './find/open-sources.ts';
import { selectionOf } from './find/selection.ts';
import { clientOptions } from './run/client-options.ts';
import { dryRun } from './run/dry-run.ts';
import { runStoppable } from './run/run-stoppable.ts';
import { TransferReport } from './run/transfer-report.ts';
import { UploadRun } from './run/upload-run.ts';
import { checkChunkSize } from './send/chunk-size.ts';
import { type Encryption, openEncryption } from './shared/encryption.ts';
import type { UploadEvent } from './shared/events.ts';
import {
  type UploadOptions,
  type UploadSettings,
  type UploadSummary,
  uploadSettings,
} from './shared/options.ts';
import { lookAtTopics, openTopics, type UploadTopics } from './shared/topics.ts';
import { uploadWaits } from './shared/upload-waits.ts';
import { decide } from './state/decide.ts';
import { openState } from './state/open-state.ts';

/**
 * Sends the files of a directory or another store. Resolves when all is acknowledged (`once`), or when `signal` has ended the run.
 *
 * Throws ConfigurationError (source, topic, name, options), UnreachableError (past `giveUpAfter`) or KafkaError (refused
 * credentials or rights). Files that cannot be sent throw nothing: they are told as events and counted in `failed`.
 */
export async function upload(options: UploadOptions): Promise<UploadSummary> {
  const open = async () => new (await import('./run/transfer-figures.ts')).TransferFigures('upload');
  return withFigures(options, open, uploadOnce);
}

/** The same without figures of its own: where several runs have the same ones. */
export async function uploadOnce(options: UploadOptions): Promise<UploadSummary> {
  const settings = uploadSettings(options);
  const { from, once, signal } = settings;
  const report = new TransferReport({
    ...{ topic: settings.topic, logger: settings.logger, uploader: settings.name },
    isSecret: settings.encryptNames !== undefined,
  });
  const onEvent = (event: UploadEvent): void => {
    report.see(event);
    settings.onEvent(event);
  };
  const links = linksOf(settings);
  const away = once || settings.dryRun ? { giveUpAfter: uploadWaits.store.away } : {};
  const waiting = { onEvent, ...(signal === undefined ? {} : { signal }), ...away };
  const attributes = attributeWish(settings);
  const reach = { links, folders: settings.folders, attributes, ...storeOptionsOf(settings) };
  const { source, patience } = await openSources(from, reach, waiting);
  const told = { ...settings, onEvent };
  const kafka = createKafka(clientOptions(told, `sluice-upload-${settings.name}`));
  try {
    if (!settings.dryRun) report.begin(kafka, { kind: 'uploader', name: settings.name });
    const summary = await uploadFrom(kafka, source, told, patience);
    await report.end();
    return summary;
  } finally {
    report.stop();
    await kafka.close();
  }
}

/** `followSymlinks` is the older word. Throws ConfigurationError where both are said, and differ. */
function linksOf({ links, followSymlinks }: UploadSettings): LinkChoice {
  if (followSymlinks && links !== undefined && links !== 'follow')
    throw new ConfigurationError(`--links ${links} and --follow-symlinks are two wishes: leave one out`);
  return followSymlinks ? 'follow' : (links ?? 'skip');
}

function checkMove(source: Source, settings: UploadSettings): void {
  const { move, delete: isMirror, maxDelete } = settings;
  const links = linksOf(settings);
  if (maxDelete !== undefined && !isMirror)
    throw new ConfigurationError('--max-delete says how many may go with --delete: add that');
  if (!move) return;
  if (isMirror)
    throw new ConfigurationError(
      '--move and --delete do not go together: what is moved is gone from the source, and is to stand at the receivers',
    );
  if (source.removeIfSame === undefined)
    throw new ConfigurationError(`--move removes files of folders, and ${source.place} is none`);
  if (links !== 'skip')
    throw new ConfigurationError(
      `--move and --${links === 'keep' ? 'links keep' : 'follow-symlinks'} do not go together: links, and what they point to, are not to be removed`,
    );
}

function checkCompare({ compare, encryptNames }: UploadSettings, encryption: Encryption | undefined): void {
  if (compare === 'size,time' || encryption === undefined || encryptNames !== undefined) return;
  throw new ConfigurationError(
    '--compare digest needs the digests of what was sent, which an uploader that encrypts knows with --encrypt-names alone: without, all would be sent again each time',
  );
}

/** The same, from any source through any client. The client is closed only when a stopped run cannot end otherwise. */
export async function uploadFrom(
  kafka: Kafka,
  source: Source,
  options: UploadOptions,
  patience?: Patience,
): Promise<UploadSummary> {
  const settings = uploadSettings(options);
  const fault = uploaderFault(settings.name);
  if (fault !== undefined) throw new ConfigurationError(`--name "${settings.name}" cannot be used: ${fault}`);
  const selection = selectionOf(settings);
  checkMove(source, settings);
  const { from, notifications } = settings;
  const notices = notifications === undefined ? undefined : await noticesOf(kafka, notifications, from);
  const encryption = await openEncryption(settings);
  checkCompare(settings, encryption);
  if (encryption !== undefined && settings.delta)
    throw new ConfigurationError(
      '--delta and --encrypt-to do not go together: the pieces of a file, and which of them are in a former version, would tell whoever sees the topic what is equal',
    );
  if (encryption !== undefined && settings.notTwice === 'always')
    throw new ConfigurationError(
      '--not-twice always and --encrypt-to do not go together: a record that names other bytes would tell whoever sees the topic which files are equal',
    );
  return runStoppable({ ...settings, kafka }, async ({ stop, progress, report }) => {
    // A run that fails by itself waits for no store either.
    patience?.endWith(stop.signal);
    const checkLimit = (limit: number): void => checkChunkSize(settings, limit);
    const { name, onEvent } = settings;
    const begin = (partitions: number): void => {
      onEvent({ type: 'started', name, topic: settings.topic, partitions, place: source.place });
      if (attributeWish(settings) !== undefined && source.attributes === undefined)
        onEvent({
          type: 'warning',
          message: `${source.place} is no folder, and its files have no owners, extended attributes or ACLs: they go without`,
        });
      report();
    };
    const { signal } = stop;
    if (settings.dryRun) {
      const topics = await lookAtTopics(kafka, settings.topic, checkLimit);
      const state = await openState({ kafka, topics, settings, encryption, signal });
      if (signal.aborted) return;
      begin(topics.files?.partitions ?? settings.partitions);
      const judge = (file: SourceFile) =>
        decide(file, state.get(file.path), encryption, { by: settings.compare });
      return dryRun({ source, selection, settings, state, judge, progress });
    }
    const topics = await openTopics(kafka, settings.topic, settings, checkLimit);
    const producer = readyProducer(kafka, topics, settings, encryption);
    try {
      const state = await openState({ kafka, topics, settings, encryption, signal });
      if (signal.aborted) return;
      const { files: topic } = topics;
      begin(topic.partitions);
      const run = new UploadRun({
        kafka,
        source,
        settings,
        selection,
        progress,
        state,
        encryption,
        topic,
        producer,
        notices,
        stop,
        waited: () => patience?.waited ?? 0,
      });
      await run.run();
    } finally {
      // Whoever gave it something to do has waited for that.
      producer.close().catch(() => {});
    }
  });
}

/** Its way to where the lease will be written is sought while the state is read. */
function readyProducer(
  kafka: Kafka,
  { state }: UploadTopics,
  settings: UploadSettings,
  encryption: Encryption | undefined,
): Producer {
  const { name, bufferBytes, connections, compressionLevel } = settings;
  if (encryption !== undefined) {
    // What is encrypted was made smaller before.
    const producer = kafka.producer({ bufferBytes, connections, compression: 'none' });
    producer.prepare(state.name, statePartition(name, state.partitions));
    return producer;
  }
  const { compression } = settings;
  const level = compressionLevel === undefined ? {} : { compressionLevel };
  const producer = kafka.producer({ bufferBytes, connections, compression, ...level });
  producer.prepare(state.name, statePartition(name, state.partitions));
  return producer;
}
