/**
 * The value of a pack record: an index, a line feed, then the files' contents one after the other. The index is JSON,
 * one array with an entry a file, so that a pack can be looked into with `head -1` and any language:
 *
 *     [{"path":"a/b.txt","upload":"…","size":12,"digest":"md5:…","mtime":"1790000000000000000","mode":"0644"},…]
 */
import { FormatError } from '../errors.ts';
import { algorithmOf } from './checksum.ts';
import { type FileFacts, modeText } from './file-facts.ts';
import { nanoseconds } from './headers.ts';
import { pathFault } from './path.ts';
import { isUploadId, type UploadId } from './upload-id.ts';

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

/** One entry as it stands in the index. */
export function packEntryText(entry: PackEntry): string {
  const { path, upload, size, digest, mtime, mode } = entry;
  return JSON.stringify({ path, upload, size, digest, mtime, mode: modeText(mode) });
}

/** The index of a pack from the texts of its entries, with the line feed that ends it. */
export function packIndex(entryTexts: readonly string[]): Uint8Array {
  return Buffer.from(`[${entryTexts.join(',')}]\n`);
}

/** Bytes of `packIndex` for entries of so many bytes in all. */
export function packIndexLength(files: number, entryBytes: number): number {
  return entryBytes + Math.max(0, files - 1) + 3;
}

/** Splits a pack's value. Throws FormatError unless index, sizes and value agree to the byte. */
export function decodePack(value: Uint8Array, files: number, indexLength: number): PackedFile[] {
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
  let at = indexLength;
  const packed = entries.map((entry: unknown): PackedFile => {
    const checked = checkEntry(entry);
    if (checked.size > value.length - at)
      throw new FormatError(`"${checked.path}" goes past the end of its pack`);
    const bytes = value.subarray(at, at + checked.size);
    at += checked.size;
    return { ...checked, bytes };
  });
  if (at !== value.length) throw new FormatError(`${value.length - at} bytes of a pack belong to no file`);
  return packed;
}

function checkEntry(entry: unknown): PackEntry {
  if (typeof entry !== 'object' || entry === null)
    throw new FormatError('an entry of a pack is not an object');
  const { path, upload, size, digest, mtime, mode } = entry as Record<string, unknown>;
  if (
    typeof path !== 'string' ||
    typeof upload !== 'string' ||
    typeof digest !== 'string' ||
    typeof mtime !== 'string' ||
    typeof mode !== 'string'
  ) {
    throw new FormatError('an entry of a pack lacks path, upload, digest, mtime or mode');
  }
  const fault = pathFault(path);
  if (fault !== undefined) throw new FormatError(fault);
  if (!isUploadId(upload)) throw new FormatError(`upload "${upload.slice(0, 40)}" is not 32 hex digits`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw new FormatError(`"${path}" has no valid size`);
  algorithmOf(digest);
  if (!/^[0-7]{4}$/.test(mode)) throw new FormatError(`mode "${mode.slice(0, 20)}" is not four octal digits`);
  return {
    path,
    upload,
    size,
    digest,
    mtime: nanoseconds(mtime, `mtime of "${path}"`),
    mode: Number.parseInt(mode, 8),
  };
}
