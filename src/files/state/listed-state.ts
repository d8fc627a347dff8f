/** What `T.state` tells of a file, as it is listed; which of its bytes the topic has lost. */
import type { Kafka } from '../../kafka/contract.ts';
import { type FileState, sentVersionOf } from '../../records/state-record.ts';
import { versionOf } from '../../records/upload-id.ts';
import type { Keyring } from '../shared/keyring.ts';
import type { ListedFile } from '../shared/options.ts';
import { listedDate, listedMtime, listedRate } from './listed-facts.ts';
import { readVersions } from './read-versions.ts';
import type { StateEntry } from './state-entries.ts';

/** Kafka offsets of a version's first and last record. */
type Place = Pick<FileState, 'partition' | 'first' | 'last'>;

/** A listed version, and where its records stand or stood, as `T.state` tells. */
export interface Placed extends ListedFile {
  readonly place: Place;
}
export type MaybePlaced = ListedFile & Partial<Placed>;

/** What a topic holds: Kafka offsets by partition. */
export interface Held {
  readonly earliest: ReadonlyMap<number, number>;
  readonly latest: ReadonlyMap<number, number>;
}

function stands({ earliest, latest }: Held, { partition, first, last }: Place): boolean {
  return first >= (earliest.get(partition) ?? 0) && last < (latest.get(partition) ?? 0);
}

/** The versions of a file that its uploader remembers: the one that is being sent or was given up, and the newest that was sent. */
export function listedOf({ uploader, path, state, at, isLocked, isShown }: StateEntry, held: Held): Placed[] {
  const marks = {
    ...(state.sealed === undefined ? {} : { encrypted: true as const }),
    ...(isLocked ? { locked: true as const } : {}),
  };
  const placed: Placed[] = [];
  const sent = sentVersionOf(state);
  if (sent !== undefined) {
    const { upload, size } = sent;
    // In its place stands what tells nothing to whoever lists.
    const digest = state.sealed === undefined || isShown ? sent.digest : '';
    const sentAt = listedDate(state.state === 'sent' ? at : versionOf(upload) / 1000);
    const facts = { uploader, path, upload, size, digest, mtime: listedMtime(sent.mtime), sentAt, ...marks };
    placed.push({ ...facts, state: stands(held, sent) ? 'complete' : 'incomplete', place: sent });
  }
  // The same version is remembered as sent, and is to be sent again.
  if (state.state !== 'sent' && sent?.upload !== state.upload) {
    const { upload, acked: done, fingerprint } = state;
    const { size, mtime } = fingerprint;
    const facts = { uploader, path, upload, size, digest: '', mtime: listedMtime(mtime), ...marks };
    const listed = { ...facts, sentAt: listedDate(at), place: state };
    const goesOn = { done, ...listedRate(done, versionOf(upload) / 1000, at) };
    if (state.state === 'aborted') placed.push({ ...listed, state: 'aborted' });
    else if (!stands(held, state)) placed.push({ ...listed, state: 'incomplete' });
    else placed.push({ ...listed, ...(isLocked ? {} : goesOn), state: 'sending' });
  }
  return placed;
}

/**
 * The files, and of those that are incomplete which bytes are missing. All of them where the topic has no record of a version any more;
 * where it may have some, and only there, these are read.
 */
export async function withMissing(
  kafka: Kafka,
  topic: string,
  placed: readonly MaybePlaced[],
  { earliest, latest }: Held,
  keyring: Keyring,
): Promise<ListedFile[]> {
  const spanOf = ({ partition, first, last }: Place): readonly [from: number, until: number] => [
    Math.max(first, earliest.get(partition) ?? 0),
    Math.min(last + 1, latest.get(partition) ?? 0),
  ];
  const [from, until] = [new Map<number, number>(), new Map<number, number>()];
  const halves = new Set<string>();
  const paths = new Set<string>();
  for (const { uploader, path, state, locked, upload, place } of placed) {
    if (place === undefined || state !== 'incomplete' || locked) continue;
    const [begin, end] = spanOf(place);
    if (begin >= end) continue;
    halves.add(`${uploader} ${upload}`);
    paths.add(`${uploader}/${path}`);
    from.set(place.partition, Math.min(begin, from.get(place.partition) ?? begin));
    until.set(place.partition, Math.max(end, until.get(place.partition) ?? end));
  }
  const isWanted = (uploader: string, path: string): boolean => paths.has(`${uploader}/${path}`);
  const span = { from, until };
  const read = halves.size === 0 ? undefined : await readVersions(kafka, topic, isWanted, keyring, span);
  const found = new Map(read?.versions.map((version) => [`${version.uploader} ${version.upload}`, version]));
  return placed.map(({ place, ...file }) => {
    if (place === undefined || file.state !== 'incomplete' || file.locked) return file;
    const name = `${file.uploader} ${file.upload}`;
    if (!halves.has(name)) return { ...file, missing: file.size === 0 ? [] : [[0, file.size] as const] };
    const missing = found.get(name)?.ranges.missing(0, file.size);
    return missing === undefined ? file : { ...file, missing };
  });
}
