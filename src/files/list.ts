/** The files of a topic, newest version first. */
import { FormatError } from '../errors.ts';
import { createKafka } from '../kafka/client.ts';
import type { ConsumedRecord, Kafka, TopicDescription } from '../kafka/contract.ts';
import { decodeFileRecord } from '../records/file-record.ts';
import { versionOf } from '../records/upload-id.ts';
import { clientOptions } from './run/client-options.ts';
import type { ListedFile, ListOptions } from './shared/options.ts';
import { existingTopic } from './shared/topics.ts';
import { type EveryState, readState, type StateEntry } from './state/read-state.ts';

/**
 * Lists the newest version of each path from `T.state`, which is small; files that it may not tell of, and with
 * `newestOnly: false` every version, from the files topic itself, which is read from end to end.
 */
export async function* list(options: ListOptions): AsyncGenerator<ListedFile> {
  const kafka = createKafka(clientOptions(options, 'sluice-list'));
  try {
    for (const file of await listFrom(kafka, options)) yield file;
  } finally {
    await kafka.close();
  }
}

/** The same through any client; it stays open. */
export async function listFrom(kafka: Kafka, options: ListOptions): Promise<ListedFile[]> {
  const topic = await existingTopic(kafka, options.topic);
  const state = options.newestOnly === false ? undefined : await readState(kafka, topic);
  const files =
    state === undefined
      ? await fromRecords(kafka, topic.name, options)
      : await fromState(kafka, topic, state, options);
  const wanted = files.filter(
    ({ uploader }) => options.uploader === undefined || uploader === options.uploader,
  );
  return wanted.sort((a, b) => b.sentAt - a.sentAt || (a.upload < b.upload ? 1 : -1));
}

async function fromState(
  kafka: Kafka,
  topic: TopicDescription,
  state: EveryState,
  options: ListOptions,
): Promise<ListedFile[]> {
  const earliest = await kafka.offsets(topic.name, 'earliest');
  const mayHaveMore = (uploader?: string): boolean =>
    [...earliest].some(([partition, offset]) => state.untoldBefore(partition, uploader) > offset);
  const files = [...state.files.values()].map((entry) => listed(entry, earliest));
  if (!mayHaveMore(options.uploader)) return files;
  const untold = await fromRecords(kafka, topic.name, options);
  return newestOf([...files, ...untold.filter(({ uploader }) => mayHaveMore(uploader))]);
}

function listed(
  { uploader, path, state, at }: StateEntry,
  earliest: ReadonlyMap<number, number>,
): ListedFile {
  const stands = (earliest.get(state.partition) ?? 0) <= state.first;
  const { size, mtime } = state.fingerprint;
  return {
    uploader,
    path,
    upload: state.upload,
    size,
    digest: state.digest ?? '',
    mtime: milliseconds(mtime),
    sentAt: at,
    state: !stands ? 'incomplete' : state.state === 'sent' ? 'complete' : 'sending',
  };
}

async function fromRecords(kafka: Kafka, topic: string, options: ListOptions): Promise<ListedFile[]> {
  const versions = new Map<string, ListedFile & { received: number }>();
  await readAll(kafka, topic, (record) => {
    const decoded = decodeFileRecord(record);
    if (decoded === undefined) return;
    const sentAt = record.timestamp;
    if (decoded.kind === 'pack') {
      for (const { path, upload, size, digest, mtime } of decoded.files) {
        const facts = { size, digest, mtime: milliseconds(mtime), sentAt, state: 'complete' as const };
        versions.set(upload, { uploader: decoded.uploader, path, upload, ...facts, received: size });
      }
      return;
    }
    const { uploader, path, upload } = decoded;
    const before = versions.get(upload) ?? {
      uploader,
      path,
      upload,
      size: 0,
      digest: '',
      mtime: 0,
      sentAt,
      state: 'sending',
      received: 0,
    };
    if (decoded.kind === 'chunk') {
      const received = before.received + decoded.bytes.length;
      versions.set(upload, {
        ...before,
        size: decoded.size,
        mtime: before.mtime || versionOf(upload) / 1000,
        received,
      });
    } else if (decoded.kind === 'abort') {
      versions.set(upload, { ...before, sentAt, state: 'aborted' });
    } else {
      const state = before.received >= decoded.size ? 'complete' : 'incomplete';
      versions.set(upload, {
        ...before,
        size: decoded.size,
        digest: decoded.digest,
        mtime: milliseconds(decoded.mtime),
        sentAt,
        state,
      });
    }
  });
  const files = [...versions.values()].map(({ received: _received, ...file }) => file);
  if (options.newestOnly === false) return files;
  return newestOf(files);
}

/** The newest version of each path that was not given up. */
function newestOf(files: readonly ListedFile[]): ListedFile[] {
  const newest = new Map<string, ListedFile>();
  for (const file of files) {
    const key = `${file.uploader}/${file.path}`;
    const other = newest.get(key);
    if (file.state !== 'aborted' && (other === undefined || other.upload < file.upload))
      newest.set(key, file);
  }
  return [...newest.values()];
}

/** Every record that a topic holds now; those that are not as FORMAT.md says are passed over. */
async function readAll(kafka: Kafka, topic: string, each: (record: ConsumedRecord) => void): Promise<void> {
  const from = await kafka.offsets(topic, 'earliest');
  const until = await kafka.offsets(topic, 'latest');
  for await (const batch of kafka.consumer({ topic, from, until, onGap: () => {} })) {
    for (const record of batch.records) {
      try {
        each(record);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
      }
    }
    batch.release();
  }
}

function milliseconds(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1_000_000n);
}
