/** The files of a topic, newest version first. */
import { createKafka } from '../kafka/client.ts';
import type { Kafka, TopicDescription } from '../kafka/contract.ts';
import { type FileState, sentVersionOf } from '../records/state-record.ts';
import { versionOf } from '../records/upload-id.ts';
import { clientOptions } from './run/client-options.ts';
import { Keyring } from './shared/keyring.ts';
import type { ListedFile, ListOptions } from './shared/options.ts';
import { existingTopic } from './shared/topics.ts';
import { type EveryState, readState, type StateEntry } from './state/read-state.ts';
import { newestOf, readVersions } from './state/read-versions.ts';

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

/** Which of a path's versions is listed. */
export type Newest = (versions: readonly ListedFile[]) => ListedFile | undefined;

/** The same through any client; it stays open. `newest`: of the versions of a path. */
export async function listFrom(
  kafka: Kafka,
  options: ListOptions,
  newest: Newest = newestOf,
): Promise<ListedFile[]> {
  const keyring = await Keyring.open(options);
  const topic = await existingTopic(kafka, options.topic);
  const state = options.newestOnly === false ? undefined : await readState(kafka, topic, { keyring });
  const files =
    state === undefined
      ? await fromRecords(kafka, topic.name, options, keyring, newest)
      : await fromState(kafka, topic, state, options, keyring, newest);
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
  keyring: Keyring,
  newest: Newest,
): Promise<ListedFile[]> {
  const earliest = await kafka.offsets(topic.name, 'earliest');
  const latest = await kafka.offsets(topic.name, 'latest');
  const mayHaveMore = (uploader?: string): boolean =>
    [...earliest].some(([partition, offset]) => state.untoldBefore(partition, uploader) > offset);
  const stands = ({ partition, first, last }: Pick<FileState, 'partition' | 'first' | 'last'>): boolean =>
    first >= (earliest.get(partition) ?? 0) && last < (latest.get(partition) ?? 0);
  const files = [...state.files.values()].flatMap((entry) => listed(entry, stands));
  if (!mayHaveMore(options.uploader)) return newestByPath(files, newest);
  const untold = await fromRecords(kafka, topic.name, options, keyring, newest);
  return newestByPath([...files, ...untold.filter(({ uploader }) => mayHaveMore(uploader))], newest);
}

/** The versions of a file that its uploader remembers: the one that is being sent, and the newest that was sent. */
function listed(
  { uploader, path, state, at, isLocked, isShown }: StateEntry,
  stands: (version: Pick<FileState, 'partition' | 'first' | 'last'>) => boolean,
): ListedFile[] {
  const files: ListedFile[] = [];
  const marks = {
    ...(state.sealed === undefined ? {} : { encrypted: true as const }),
    ...(isLocked ? { locked: true as const } : {}),
  };
  const sent = sentVersionOf(state);
  if (sent !== undefined) {
    const { upload, size, mtime } = sent;
    // In its place stands what tells nothing to whoever lists.
    const digest = state.sealed === undefined || isShown ? sent.digest : '';
    const sentAt = state.state === 'sent' ? at : versionOf(upload) / 1000;
    const facts = { size, digest, mtime: milliseconds(mtime), sentAt: inDateRange(sentAt) };
    files.push({
      uploader,
      path,
      upload,
      ...facts,
      ...marks,
      state: stands(sent) ? 'complete' : 'incomplete',
    });
  }
  if (state.state === 'sending') {
    const { size, mtime } = state.fingerprint;
    const facts = { size, digest: '', mtime: milliseconds(mtime), sentAt: inDateRange(at) };
    const { upload } = state;
    files.push({
      uploader,
      path,
      upload,
      ...facts,
      ...marks,
      state: stands(state) ? 'sending' : 'incomplete',
    });
  }
  return files;
}

async function fromRecords(
  kafka: Kafka,
  topic: string,
  options: ListOptions,
  keyring: Keyring,
  newest: Newest,
): Promise<ListedFile[]> {
  const isWanted = (uploader: string): boolean =>
    options.uploader === undefined || uploader === options.uploader;
  const { versions, locked } = await readVersions(kafka, topic, isWanted, keyring);
  if (locked > 0) {
    const message = `${locked} files in packs are not listed: they are encrypted, and ${keyring.whyLocked}`;
    options.onEvent?.({ type: 'warning', message });
  }
  const files = versions.map(({ partition: _partition, first: _first, mtime, sentAt, ...version }) => {
    return { ...version, mtime: milliseconds(mtime), sentAt: inDateRange(sentAt) };
  });
  return options.newestOnly === false ? files : newestByPath(files, newest);
}

function newestByPath(files: readonly ListedFile[], newest: Newest): ListedFile[] {
  const byPath = Map.groupBy(files, ({ uploader, path }) => `${uploader}/${path}`);
  return [...byPath.values()].flatMap((versions) => newest(versions) ?? []);
}

function milliseconds(nanoseconds: string): number {
  return inDateRange(Number(BigInt(nanoseconds) / 1_000_000n));
}

/** What a Date can hold, milliseconds from the epoch. */
const dateRange = 8.64e15;

/** Whatever a record says of a time, whoever lists it can print it. */
function inDateRange(milliseconds: number): number {
  return Math.min(dateRange, Math.max(-dateRange, milliseconds));
}
