/** The files of a topic, newest version first. */
import { createKafka } from '../kafka/client.ts';
import type { Kafka, TopicDescription } from '../kafka/contract.ts';
import { clientOptions } from './run/client-options.ts';
import { Keyring } from './shared/keyring.ts';
import { type ListedFilter, listedFilter } from './shared/listed-filter.ts';
import type { ListedFile, ListOptions } from './shared/reading-options.ts';
import { existingTopic } from './shared/topics.ts';
import { listedDate, listedMtime, listedRate } from './state/listed-facts.ts';
import { type Held, listedOf, type MaybePlaced, type Placed } from './state/listed-state.ts';
import { isHalf, MissingBytes } from './state/missing-bytes.ts';
import { type EveryState, readState } from './state/read-state.ts';
import { isOther, newestOf, readVersions, type Version } from './state/read-versions.ts';
import type { StateEntry } from './state/state-entries.ts';

/**
 * Lists the newest version of each path from `T.state`, which is small; files that it may not tell of, and with
 * `newestOnly: false` every version, from the files topic itself, which is read from end to end.
 */
export async function* list(options: ListOptions): AsyncGenerator<ListedFile> {
  const kafka = createKafka(clientOptions(options, 'sluice-list'));
  try {
    yield* listedFiles(kafka, options);
  } finally {
    await kafka.close();
  }
}

/** Which of a path's versions is listed. */
export type Newest = <T extends ListedFile>(versions: readonly T[]) => T | undefined;

/** All that a reading of the topic goes by. */
interface Listing {
  readonly kafka: Kafka;
  readonly topic: TopicDescription;
  readonly keyring: Keyring;
  readonly filter: ListedFilter;
  readonly options: ListOptions;
  /** Of the versions of some paths, those that are listed. */
  readonly choose: <T extends ListedFile>(versions: readonly T[]) => T[];
}

/** The same through any client; it stays open. `newest`: of the versions of a path. */
export async function listFrom(kafka: Kafka, options: ListOptions, newest?: Newest): Promise<ListedFile[]> {
  return Array.fromAsync(listedFiles(kafka, options, newest));
}

async function* listedFiles(
  kafka: Kafka,
  options: ListOptions,
  newest: Newest = newestOf,
): AsyncGenerator<ListedFile> {
  const keyring = await Keyring.open(options);
  const topic = await existingTopic(kafka, options.topic);
  const filter = listedFilter(options);
  const { state: words = [], newestOnly = true } = options;
  const isAll = !newestOnly || words.length > 0;
  const choose: Listing['choose'] = (files) =>
    (isAll ? superseding(files) : newestByPath(files, newest)).filter(filter.file);
  const listing = { kafka, topic, keyring, filter, options, choose };
  const isWanted = filter.names;
  // What was superseded, what went at its source, and for whom each is encrypted, stands on the topic alone.
  const readsAll = !newestOnly || words.some((word) => onTopicAlone.has(word));
  const state = readsAll ? undefined : await readState(kafka, topic, { keyring, isWanted });
  if (state === undefined) yield* await inFull(listing, await fromRecords(listing));
  else yield* fromState(listing, state);
}

const onTopicAlone: ReadonlySet<string> = new Set(['superseded', 'removed', 'locked']);

function newestFirst(a: Pick<ListedFile, 'sentAt' | 'upload'>, b: typeof a): number {
  return b.sentAt - a.sentAt || (a.upload < b.upload ? 1 : -1);
}

async function heldOf({ kafka, topic }: Listing): Promise<Held> {
  const earliest = await kafka.offsets(topic.name, 'earliest');
  return { earliest, latest: await kafka.offsets(topic.name, 'latest') };
}

/** Those that are listed, with what of them is missing. */
async function inFull(
  listing: Listing,
  files: readonly MaybePlaced[],
  known?: Held,
): Promise<readonly ListedFile[]> {
  const chosen = listing.choose(files).sort(newestFirst);
  if (chosen.every(({ place }) => place === undefined)) return chosen;
  const held = known ?? (await heldOf(listing));
  const missing = await MissingBytes.read(
    listing.kafka,
    listing.topic.name,
    chosen.filter((file) => isHalf(file, held)),
    held,
    listing.keyring,
  );
  return chosen.map((file) => missing.of(file));
}

async function* fromState(listing: Listing, state: EveryState): AsyncGenerator<ListedFile> {
  const { kafka, topic, keyring, options, choose } = listing;
  const held = await heldOf(listing);
  const mayHaveMore = (uploader?: string): boolean =>
    [...held.earliest].some(([partition, offset]) => state.untoldBefore(partition, uploader) > offset);
  if (mayHaveMore(options.uploader)) {
    const told = [...state.files].flatMap((entry) => listedOf(entry, held));
    const known = new Set(told.map(nameOf));
    const untold = (await fromRecords(listing)).filter(
      (file) => mayHaveMore(file.uploader) && !known.has(nameOf(file)),
    );
    yield* await inFull(listing, [...told, ...untold], held);
    return;
  }
  // All versions of a path are of one entry. Of those that are listed it is noted what they are ordered by, for they may be a million.
  const listedIn = (entry: StateEntry): Placed[] => choose(listedOf(entry, held));
  const order: Pick<ListedFile, 'uploader' | 'path' | 'upload' | 'sentAt'>[] = [];
  const halves: Placed[] = [];
  for (const entry of state.files) {
    for (const file of listedIn(entry)) {
      const { uploader, path, upload, sentAt } = file;
      order.push({ uploader, path, upload, sentAt });
      if (isHalf(file, held)) halves.push(file);
    }
  }
  const missing = await MissingBytes.read(kafka, topic.name, halves, held, keyring);
  for (const { uploader, path, upload } of order.sort(newestFirst)) {
    const entry = state.files.get(uploader, path);
    const file = entry && listedIn(entry).find((one) => one.upload === upload);
    if (file !== undefined) yield missing.of(file);
  }
}

function nameOf({ uploader, path, upload }: ListedFile): string {
  return `${upload} ${uploader}/${path}`;
}

async function fromRecords({ kafka, topic, keyring, filter, options }: Listing): Promise<MaybePlaced[]> {
  const { versions, locked } = await readVersions(kafka, topic.name, filter.names, keyring);
  if (locked > 0) {
    const message = `${locked} files in packs are not listed: they are encrypted, and ${keyring.whyLocked}`;
    options.onEvent?.({ type: 'warning', message });
  }
  return versions.map(listedVersion);
}

function listedVersion(version: Version): MaybePlaced {
  const { partition, first, of, ranges, at } = version;
  const { uploader, path, upload, size, digest, mtime, sentAt, state, encrypted, locked } = version;
  const file = {
    ...{ uploader, path, upload, size, digest },
    ...{ mtime: listedMtime(mtime), sentAt: listedDate(sentAt), state },
    ...(encrypted && { encrypted }),
    ...(locked && { locked }),
  };
  if (locked) return file;
  // Of a copy they are another's, perhaps under a path that is not listed.
  if (of !== undefined) return { ...file, place: { partition, first, last: first, of } };
  if (state === 'incomplete') return { ...file, missing: ranges.missing(0, size) };
  if (state !== 'sending') return file;
  return { ...file, done: ranges.bytes, ...listedRate(ranges.bytes, sentAt, at) };
}

function newestByPath<T extends ListedFile>(files: readonly T[], newest: Newest): T[] {
  return [...byPath(files).values()].flatMap((versions) => newest(versions) ?? []);
}

/** Versions than which a newer one of their path is complete, or gone, are superseded; those that were given up stay that. */
function superseding<T extends ListedFile>(files: readonly T[]): T[] {
  return [...byPath(files).values()].flatMap((versions) => {
    const newest = versions.reduce(
      (last, file) => (isFinal(file) && file.upload > last ? file.upload : last),
      '',
    );
    return versions.map((file) =>
      file.state === 'aborted' || file.upload >= newest ? file : { ...file, state: 'superseded' as const },
    );
  });
}

function isFinal({ state }: ListedFile): boolean {
  return state === 'complete' || isOther(state);
}

function byPath<T extends ListedFile>(files: readonly T[]): Map<string, T[]> {
  return Map.groupBy(files, ({ uploader, path }) => `${uploader}/${path}`);
}
