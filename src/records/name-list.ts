/**
 * The value of a record that tells of many names without bytes: a JSON array with an entry a name, and a line feed, as the index of a
 * pack. An entry that breaks a rule is refused by itself.
 */
import { FormatError } from '../errors.ts';
import { checkVersion } from './file-facts.ts';
import type { RefusedEntry } from './pack.ts';
import { pathFault } from './path.ts';
import { isUploadId, type UploadId } from './upload-id.ts';

/** Names of one record at the most: it bounds what a reader allocates before it has checked anything. */
export const namesLimit = 10_000;

/** One name, and the version of it that the record tells of. */
export interface NamedVersion {
  readonly path: string;
  readonly upload: UploadId;
}

export interface NameList<E extends NamedVersion> {
  readonly entries: readonly E[];
  readonly refused: readonly RefusedEntry[];
}

const lineFeed = 0x0a;
/** Strict: two names whose bytes are wrong in different ways must not become one name. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The list of entries that are JSON already. Throws FormatError for too many. */
export function encodeNames(texts: readonly string[]): Uint8Array {
  if (texts.length === 0 || texts.length > namesLimit)
    throw new FormatError(`${texts.length} names in a record, 1 to ${namesLimit} are allowed`);
  return Buffer.from(`[${texts.join(',')}]\n`);
}

/** Reads a list of `count` names, each by `read`, which throws FormatError for what an entry may not say. Throws FormatError for no list. */
export function decodeNames<E extends NamedVersion>(
  value: Uint8Array,
  count: number,
  read: (entry: Readonly<Record<string, unknown>>) => E,
  check: (entry: NamedVersion) => void = checkVersion,
): NameList<E> {
  const entries: E[] = [];
  const refused: RefusedEntry[] = [];
  for (const [index, entry] of listed(value, count).entries()) {
    try {
      if (typeof entry !== 'object' || entry === null) throw new FormatError('it is no object');
      const found = read(entry as Readonly<Record<string, unknown>>);
      check(found);
      entries.push(found);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      refused.push({ ...legible(entry), reason: `entry ${index} of a list: ${error.message}` });
    }
  }
  return { entries, refused };
}

function listed(value: Uint8Array, count: number): unknown[] {
  if (count === 0 || count > namesLimit)
    throw new FormatError(`${count} names in a record, 1 to ${namesLimit} are allowed`);
  if (value.at(-1) !== lineFeed) throw new FormatError('a list of names does not end with a line feed');
  let entries: unknown;
  try {
    entries = JSON.parse(decoder.decode(value));
  } catch (cause) {
    throw new FormatError('a list of names is not JSON in UTF-8', { cause });
  }
  if (!Array.isArray(entries) || entries.length !== count)
    throw new FormatError(`a list of ${count} names that does not have as many entries`);
  return entries;
}

/** A field that is to be a text. Throws FormatError. */
export function textOf(entry: Readonly<Record<string, unknown>>, name: string): string {
  const value = entry[name];
  if (typeof value !== 'string') throw new FormatError(`it has no ${name}`);
  return value;
}

/** What can be said of whose entry it is. */
function legible(entry: unknown): Pick<RefusedEntry, 'path' | 'upload'> {
  const { path, upload } = (entry ?? {}) as Record<string, unknown>;
  return {
    path: typeof path === 'string' && pathFault(path) === undefined ? path : undefined,
    upload: typeof upload === 'string' && isUploadId(upload) ? upload : undefined,
  };
}
