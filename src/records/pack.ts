/**
 * The value of a pack record: an index, a line feed, then the files' contents one after the other. The index is JSON,
 * one array with an entry a file, so that a pack can be looked into with `head -1` and any language:
 *
 *     [{"path":"a/b.txt","upload":"…","size":12,"digest":"md5:…","mtime":"1790000000000000000","mode":"0644"},…]
 */
import { FormatError } from '../errors.ts';
import { attributesText, entryAttributes } from './attributes.ts';
import { checkFacts, checkVersion, type FileFacts, modeText } from './file-facts.ts';
import { pathFault } from './path.ts';
import { entryTraceparent } from './traceparent.ts';
import type { UploadId } from './upload-id.ts';
import { isUploadId } from './upload-id.ts';

export interface PackEntry extends FileFacts {
  readonly path: string;
  readonly upload: UploadId;
}

export interface PackedFile extends PackEntry {
  /** A view of the record's value. */
  readonly bytes: Uint8Array;
}

/** Files of one pack at the most: it bounds what a reader allocates before it has checked anything. */
export const packFilesLimit = 10_000;

const lineFeed = 0x0a;
/** Strict: two names whose bytes are wrong in different ways must not become one name. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Throws FormatError unless an entry may say this. Writers and readers ask the same. */
export function checkPackEntry(entry: PackEntry): void {
  checkVersion(entry);
  checkFacts(entry);
}

/** One entry as it stands in the index. */
export function packEntryText(entry: PackEntry): string {
  const { path, upload, size, digest, mtime, mode, attributes, traceparent } = entry;
  const text = JSON.stringify({ path, upload, size, digest, mtime, mode: modeText(mode), traceparent });
  return attributes === undefined ? text : `${text.slice(0, -1)},"attributes":${attributesText(attributes)}}`;
}

/** The index of a pack from the texts of its entries, with the line feed that ends it. */
export function packIndex(entryTexts: readonly string[]): Uint8Array {
  return Buffer.from(`[${entryTexts.join(',')}]\n`);
}

/** Bytes of `packIndex` for entries of so many bytes in all. */
export function packIndexLength(files: number, entryBytes: number): number {
  return entryBytes + Math.max(0, files - 1) + 3;
}

/** An entry that breaks a rule: its file is lost, and its neighbours are not. */
export interface RefusedEntry {
  /** Undefined where the entry has none that may stand in a record. */
  readonly path: string | undefined;
  readonly upload: UploadId | undefined;
  readonly reason: string;
}

export interface PackContents {
  readonly files: readonly PackedFile[];
  readonly refused: readonly RefusedEntry[];
}

/**
 * Splits a pack's value. An entry that breaks a rule is refused for itself: as long as the sizes say where the others are,
 * these are found, and each has its digest. Throws FormatError where nothing can be found: the index is none.
 */
export function decodePack(value: Uint8Array, files: number, indexLength: number): PackContents {
  const entries = readIndex(value, files, indexLength);
  const sizes = sizesOf(entries, value.length - indexLength);
  const found: PackedFile[] = [];
  const refused: RefusedEntry[] = [];
  let at = indexLength;
  for (const [index, entry] of entries.entries()) {
    const size = sizes[index];
    try {
      const checked = checkEntry(entry);
      if (Number.isNaN(at)) throw new FormatError('nobody knows where its bytes are');
      if (checked.size > value.length - at)
        throw new FormatError(`"${checked.path}" goes past the end of its pack`);
      found.push({ ...checked, bytes: value.subarray(at, at + checked.size) });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      refused.push({ ...refOf(entry), reason: `entry ${index} of a pack: ${error.message}` });
    }
    at += size ?? Number.NaN;
  }
  if (at < value.length) {
    const reason = `${value.length - at} bytes of a pack belong to no file`;
    refused.push({ path: undefined, upload: undefined, reason });
  }
  return { files: found, refused };
}

/** The sizes that the entries say. If one alone does not say its own, it has what the others leave. */
function sizesOf(entries: readonly unknown[], bytes: number): (number | undefined)[] {
  const sizes = entries.map(sizeOf);
  const unknown = sizes.indexOf(undefined);
  if (unknown === -1 || sizes.lastIndexOf(undefined) !== unknown) return sizes;
  const rest = sizes.reduce<number>((left, size) => left - (size ?? 0), bytes);
  return rest >= 0 ? sizes.with(unknown, rest) : sizes;
}

function readIndex(value: Uint8Array, files: number, indexLength: number): unknown[] {
  if (indexLength > value.length)
    throw new FormatError(`index of ${indexLength} bytes in a value of ${value.length}`);
  if (files > packFilesLimit) throw new FormatError(`${files} files in a pack, ${packFilesLimit} at most`);
  if (value[indexLength - 1] !== lineFeed)
    throw new FormatError('the index of a pack does not end with a line feed');
  let entries: unknown;
  try {
    entries = JSON.parse(decoder.decode(value.subarray(0, indexLength)));
  } catch (cause) {
    throw new FormatError('the index of a pack is not JSON in UTF-8', { cause });
  }
  if (!Array.isArray(entries) || entries.length !== files) {
    throw new FormatError(`a pack of ${files} files whose index does not have as many entries`);
  }
  return entries;
}

function sizeOf(entry: unknown): number | undefined {
  const size = typeof entry === 'object' && entry !== null && 'size' in entry ? entry.size : undefined;
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

function checkEntry(entry: unknown): PackEntry {
  if (typeof entry !== 'object' || entry === null)
    throw new FormatError('an entry of a pack is not an object');
  const known = entry as Record<string, unknown>;
  const { path, upload, digest, mtime, mode } = known;
  const size = sizeOf(entry);
  if (
    typeof path !== 'string' ||
    typeof upload !== 'string' ||
    typeof digest !== 'string' ||
    typeof mtime !== 'string' ||
    typeof mode !== 'string'
  ) {
    throw new FormatError('an entry of a pack lacks path, upload, size, digest, mtime or mode');
  }
  if (size === undefined) throw new FormatError(`"${path.slice(0, 80)}" has no valid size`);
  if (!/^[0-7]{4}$/.test(mode)) throw new FormatError(`mode "${mode.slice(0, 20)}" is not four octal digits`);
  const facts = {
    size,
    digest,
    mtime,
    mode: Number.parseInt(mode, 8),
    ...entryAttributes(known),
    ...entryTraceparent(known),
  };
  const checked = { path, upload, ...facts };
  checkPackEntry(checked);
  return checked;
}

/** What can be said of whose entry it is. */
function refOf(entry: unknown): Pick<RefusedEntry, 'path' | 'upload'> {
  const { path, upload } = (entry ?? {}) as Record<string, unknown>;
  return {
    path: typeof path === 'string' && pathFault(path) === undefined ? path : undefined,
    upload: typeof upload === 'string' && isUploadId(upload) ? upload : undefined,
  };
}
