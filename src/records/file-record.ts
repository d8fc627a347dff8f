/**
 * The records of a files topic `T`, as FORMAT.md describes them: chunk, close, copy, delta, abort, pack, remove, link, folder and
 * hard-link. Values here, bytes on the topic; no I/O. Decoding trusts nothing: whatever does not hold throws FormatError and concerns that record alone.
 * Encoding asks the same rules ({@link checkFileRecord}), so that nothing is written that no reader takes.
 */
import { isUtf8 } from 'node:buffer';
import { FormatError } from '../errors.ts';
import type { ConsumedRecord, Header, NewRecord } from '../kafka/contract.ts';
import { type ChecksumAlgorithm, checksumAlgorithm } from './checksum.ts';
import { type CopySource, checkCopySource, copySourceHeaders, readCopySource } from './copy-source.ts';
import { checkDeltaParts, type DeltaParts, decodeDeltaParts, encodeDeltaParts } from './delta-parts.ts';
import { checkFacts, checkVersion, type FileFacts, factsHeaders, readFacts } from './file-facts.ts';
import { fixedHeader, HeaderReader, textHeader } from './headers.ts';
import { decodersOfNames, isNamesKind, type NamesRecord } from './names-record.ts';
import {
  checkPackEntry,
  decodePack,
  type PackContents,
  type PackEntry,
  packEntryText,
  packFilesLimit,
  packIndex,
} from './pack.ts';
import { pathFault, pathLimit, uploaderFault } from './path.ts';
import { checkStripes, homeHeader, readHome, readStripes, type Stripe, stripesHeaders } from './stripes.ts';
import { isUploadId, type UploadId } from './upload-id.ts';

/** The version of the format that is written; records of another are refused. */
export const formatVersion = '1';

/** Which version of which file a record belongs to. */
export interface UploadRef {
  readonly uploader: string;
  readonly path: string;
  readonly upload: UploadId;
  /** Of encrypted records: the path that stands on the topic, which may be another. */
  readonly sealed?: string;
}

/** A contiguous range of a file's bytes: `[offset, offset + bytes.length)` of `size`. */
export interface Chunk extends UploadRef {
  readonly kind: 'chunk';
  readonly offset: number;
  /** Of the whole file, when it was accepted. */
  readonly size: number;
  /** The algorithm of the digest that the closing record will have, so that readers can hash what passes. */
  readonly checksum: ChecksumAlgorithm;
  readonly bytes: Uint8Array;
  /** Of a striped upload: the partition of its closing record. */
  readonly home?: number;
}

/** The file is complete: every byte before `size` has been sent. */
export interface Close extends UploadRef, FileFacts {
  readonly kind: 'close';
  /** What its uploader has cut it into, for itself (`piece-index.ts`): not checked here. */
  readonly index?: Uint8Array;
  /** Of a striped upload: where its chunks stand. */
  readonly stripes?: readonly Stripe[];
}

/** The whole of a version whose bytes are those of an upload that was sent before. */
export interface Copy extends UploadRef, FileFacts {
  readonly kind: 'copy';
  readonly of: CopySource;
}

/** The file is complete: its chunks, and ranges of former uploads. */
export interface Delta extends UploadRef, FileFacts {
  readonly kind: 'delta';
  readonly parts: DeltaParts;
  /** As of a {@link Close}. */
  readonly index: Uint8Array;
}

/** What ends an upload of which all is there. */
export type Ending = Close | Copy | Delta;

/** The upload is given up: what came of it is to be discarded. */
export interface Abort extends UploadRef {
  readonly kind: 'abort';
  readonly reason: string;
}

/** Many small files, each whole. */
export interface Pack extends PackContents {
  readonly kind: 'pack';
  readonly uploader: string;
}

export type FileRecord = Chunk | Ending | Abort | Pack | NamesRecord;

const kinds = [
  'chunk',
  'close',
  'copy',
  'delta',
  'abort',
  'pack',
  'remove',
  'link',
  'folder',
  'hard-link',
] as const satisfies readonly FileRecord['kind'][];

function common(kind: FileRecord['kind'], uploader: string): Header[] {
  return [textHeader('sluice', formatVersion), textHeader('kind', kind), textHeader('uploader', uploader)];
}

function reference(kind: FileRecord['kind'], ref: UploadRef): Header[] {
  return [...common(kind, ref.uploader), textHeader('path', ref.path), textHeader('upload', ref.upload)];
}

/**
 * Throws FormatError unless the record is as FORMAT.md says: all that its headers and value must agree on. Both directions
 * ask here, and nowhere else.
 */
export function checkFileRecord(record: Chunk | Ending | Abort): void {
  checkUploader(record.uploader);
  checkVersion(record);
  if (record.kind !== 'chunk' && record.kind !== 'abort') checkFacts(record);
  if (record.kind === 'copy') checkCopySource(record.of, record.upload);
  if (record.kind === 'delta') checkDeltaParts(record.parts, record.upload, record.size);
  if (record.kind === 'close' && record.stripes !== undefined) checkStripes(record.stripes);
  if (record.kind !== 'chunk') return;
  const { bytes, offset, size } = record;
  checksumAlgorithm(record.checksum);
  if (bytes.length === 0) throw new FormatError('a chunk without bytes');
  if (offset + bytes.length > size)
    throw new FormatError(`chunk ${offset}+${bytes.length} goes past the file's size of ${size}`);
}

function checkUploader(uploader: string): void {
  const fault = uploaderFault(uploader);
  if (fault !== undefined) throw new FormatError(`uploader: ${fault}`);
}

/** Headers of an upload's chunks; only the offset differs between them, in fixed width. For {@link encodeChunk}, and to measure. */
export function chunkHeaders(
  ref: UploadRef,
  checksum: ChecksumAlgorithm,
  size: number,
  offset: number,
): Header[] {
  return [
    ...reference('chunk', ref),
    textHeader('checksum', checksum),
    fixedHeader('size', size),
    fixedHeader('offset', offset),
  ];
}

/** A chunk; its value is `bytes` themselves. Throws FormatError for what no reader would take, as all that encodes does. */
export function encodeChunk(chunk: Omit<Chunk, 'kind'>): NewRecord {
  checkFileRecord({ kind: 'chunk', ...chunk });
  const headers = chunkHeaders(chunk, chunk.checksum, chunk.size, chunk.offset);
  return { headers: [...headers, ...homeHeader(chunk.home)], value: chunk.bytes };
}

export function encodeClose(close: Omit<Close, 'kind'>): NewRecord {
  checkFileRecord({ kind: 'close', ...close });
  const headers = [...reference('close', close), ...factsHeaders(close), ...stripesHeaders(close.stripes)];
  return { headers, value: close.index ?? new Uint8Array(0) };
}

export function encodeCopy(copy: Omit<Copy, 'kind'>): NewRecord {
  checkFileRecord({ kind: 'copy', ...copy });
  const headers = [...reference('copy', copy), ...factsHeaders(copy), ...copySourceHeaders(copy.of)];
  return { headers, value: new Uint8Array(0) };
}

export function encodeDelta(delta: Omit<Delta, 'kind'>): NewRecord {
  checkFileRecord({ kind: 'delta', ...delta });
  const parts = encodeDeltaParts(delta.parts);
  const headers = [...reference('delta', delta), ...factsHeaders(delta), fixedHeader('parts', parts.length)];
  return { headers, value: [parts, delta.index] };
}

export function encodeAbort(abort: Omit<Abort, 'kind'>): NewRecord {
  const reason = abort.reason.slice(0, 500).toWellFormed();
  checkFileRecord({ kind: 'abort', ...abort, reason });
  return { headers: [...reference('abort', abort), textHeader('reason', reason)], value: new Uint8Array(0) };
}

/** Headers of a pack; both numbers in fixed width, so that a pack's overhead is known before it is filled. */
export function packHeaders(uploader: string, files: number, indexLength: number): Header[] {
  return [...common('pack', uploader), fixedHeader('files', files), fixedHeader('index', indexLength)];
}

/** A pack of files whose contents stand one after the other in `contents`, in pieces of any length, in the order of `entries`. */
export function encodePack(
  uploader: string,
  entries: readonly PackEntry[],
  contents: readonly Uint8Array[],
): NewRecord {
  checkUploader(uploader);
  if (entries.length > packFilesLimit)
    throw new FormatError(`${entries.length} files in a pack, ${packFilesLimit} at most`);
  let left = contents.reduce((sum, { length }) => sum + length, 0);
  for (const entry of entries) {
    checkPackEntry(entry);
    left -= entry.size;
  }
  if (left !== 0) throw new FormatError('the sizes of a pack do not add up to its contents');
  const index = packIndex(entries.map(packEntryText));
  return { headers: packHeaders(uploader, entries.length, index.length), value: [index, ...contents] };
}

/**
 * Reads a record of a files topic. Undefined for records that are not Sluice's (no `sluice` header), which a topic may
 * hold beside ours. `bytes` are views of the record's value.
 */
export function decodeFileRecord(record: ConsumedRecord): FileRecord | undefined {
  if (!record.headers.some(([name]) => name === 'sluice')) return undefined;
  const headers = new HeaderReader(record);
  const version = headers.text('sluice');
  if (version !== formatVersion) {
    throw new FormatError(
      `format version "${version.slice(0, 20)}" is not known: this Sluice is too old or the record is not ours`,
    );
  }
  const kind = headers.text('kind');
  const uploader = headers.text('uploader');
  const value = record.value ?? new Uint8Array(0);
  if (kind === 'pack') {
    checkUploader(uploader);
    return { kind, uploader, ...decodePack(value, headers.integer('files'), headers.integer('index')) };
  }
  if (isNamesKind(kind)) {
    checkUploader(uploader);
    return decodersOfNames[kind](uploader, value, headers.integer('files'));
  }
  const found = readUpload(kind, headers, uploader, value);
  checkFileRecord(found);
  return found;
}

/** Of the right form, and not checked yet. */
function readUpload(
  kind: string,
  headers: HeaderReader,
  uploader: string,
  value: Uint8Array,
): Chunk | Ending | Abort {
  const ref = { uploader, path: headers.text('path'), upload: headers.text('upload') };
  switch (kind) {
    case 'chunk':
      return {
        kind,
        ...ref,
        size: headers.integer('size'),
        offset: headers.integer('offset'),
        checksum: checksumAlgorithm(headers.text('checksum')),
        bytes: value,
        ...readHome(headers),
      };
    case 'close': {
      const close = { kind, ...ref, ...readFacts(headers), ...readStripes(headers) };
      return value.length > 0 ? { ...close, index: value } : close;
    }
    case 'copy':
      return { kind, ...ref, ...readFacts(headers), of: readCopySource(headers) };
    case 'delta': {
      const end = headers.integer('parts');
      const parts = decodeDeltaParts(value.subarray(0, end));
      return { kind, ...ref, ...readFacts(headers), parts, index: value.subarray(end) };
    }
    case 'abort':
      return { kind, ...ref, reason: headers.text('reason') };
    default:
      throw new FormatError(`unknown kind "${kind.slice(0, 20)}"`);
  }
}

/** What can be said of whose record it is that {@link decodeFileRecord} refused; undefined fields are not legible. */
export interface RefusedRef {
  readonly kind: FileRecord['kind'] | undefined;
  readonly uploader: string | undefined;
  readonly path: string | undefined;
  readonly upload: UploadId | undefined;
}

/** Reads what a refused record says of itself, each header by itself and as strictly as ever. */
export function refusedRef({ headers }: Pick<ConsumedRecord, 'headers'>): RefusedRef {
  const text = (name: string, isRight: (text: string) => boolean): string | undefined => {
    const [only, ...others] = headers.filter((header) => header[0] === name);
    if (only === undefined || others.length > 0 || only[1].length > pathLimit || !isUtf8(only[1]))
      return undefined;
    const value = Buffer.from(only[1]).toString();
    return isRight(value) ? value : undefined;
  };
  return {
    kind: text('kind', (kind) => kinds.some((known) => known === kind)) as FileRecord['kind'] | undefined,
    uploader: text('uploader', (name) => uploaderFault(name) === undefined),
    path: text('path', (path) => pathFault(path) === undefined),
    upload: text('upload', isUploadId),
  };
}
