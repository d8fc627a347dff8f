/**
 * The records of a files topic `T`, as FORMAT.md describes them: chunk, close, abort and pack. Values here, bytes on
 * the topic; no I/O. Decoding trusts nothing: whatever does not hold throws FormatError and concerns that record alone.
 */
import { isUtf8 } from 'node:buffer';
import { FormatError } from '../errors.ts';
import type { ConsumedRecord, Header, NewRecord } from '../kafka/contract.ts';
import { algorithmOf, type ChecksumAlgorithm, checksumAlgorithm } from './checksum.ts';
import { type FileFacts, modeText } from './file-facts.ts';
import { fixedHeader, HeaderReader, textHeader } from './headers.ts';
import { decodePack, type PackContents, type PackEntry } from './pack.ts';
import { pathFault, pathLimit, uploaderFault } from './path.ts';
import { isUploadId, type UploadId } from './upload-id.ts';

/** The version of the format that is written; records of another are refused. */
export const formatVersion = '1';

/** Which version of which file a record belongs to. */
export interface UploadRef {
  readonly uploader: string;
  readonly path: string;
  readonly upload: UploadId;
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
}

/** The file is complete: every byte before `size` has been sent. */
export interface Close extends UploadRef, FileFacts {
  readonly kind: 'close';
}

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

export type FileRecord = Chunk | Close | Abort | Pack;

const kinds = ['chunk', 'close', 'abort', 'pack'] as const satisfies readonly FileRecord['kind'][];

function common(kind: FileRecord['kind'], uploader: string): Header[] {
  return [textHeader('sluice', formatVersion), textHeader('kind', kind), textHeader('uploader', uploader)];
}

function reference(kind: FileRecord['kind'], ref: UploadRef): Header[] {
  return [...common(kind, ref.uploader), textHeader('path', ref.path), textHeader('upload', ref.upload)];
}

/** Headers of an upload's chunks; only the offset differs between them, in fixed width. */
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

export function encodeClose(close: Omit<Close, 'kind'>): NewRecord {
  return {
    headers: [
      ...reference('close', close),
      fixedHeader('size', close.size),
      textHeader('digest', close.digest),
      textHeader('mtime', close.mtime),
      textHeader('mode', modeText(close.mode)),
    ],
    value: new Uint8Array(0),
  };
}

export function encodeAbort(abort: Omit<Abort, 'kind'>): NewRecord {
  const reason = abort.reason.slice(0, 500);
  return { headers: [...reference('abort', abort), textHeader('reason', reason)], value: new Uint8Array(0) };
}

/** Headers of a pack; both numbers in fixed width, so that a pack's overhead is known before it is filled. */
export function packHeaders(uploader: string, files: number, indexLength: number): Header[] {
  return [...common('pack', uploader), fixedHeader('files', files), fixedHeader('index', indexLength)];
}

/** A pack of files whose contents stand one after the other in `contents`, in the order of `entries`. */
export function encodePack(
  uploader: string,
  entries: readonly PackEntry[],
  index: Uint8Array,
  contents: Uint8Array,
): NewRecord {
  return { headers: packHeaders(uploader, entries.length, index.length), value: [index, contents] };
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
      `format version "${version.slice(0, 20)}" is not ${formatVersion}: this Sluice is too old or the record is not ours`,
    );
  }
  const kind = headers.text('kind');
  const uploader = headers.text('uploader');
  const fault = uploaderFault(uploader);
  if (fault !== undefined) throw new FormatError(`uploader: ${fault}`);
  const value = record.value ?? new Uint8Array(0);
  switch (kind) {
    case 'chunk': {
      const chunk = {
        kind,
        ...readReference(headers, uploader),
        size: headers.integer('size'),
        offset: headers.integer('offset'),
        checksum: checksumAlgorithm(headers.text('checksum')),
        bytes: value,
      } as const;
      if (value.length === 0) throw new FormatError('a chunk without bytes');
      if (chunk.offset + value.length > chunk.size) {
        throw new FormatError(
          `chunk ${chunk.offset}+${value.length} goes past the file's size of ${chunk.size}`,
        );
      }
      return chunk;
    }
    case 'close': {
      const digest = headers.text('digest');
      algorithmOf(digest);
      const mode = Number.parseInt(headers.matching('mode', /^[0-7]{4}$/), 8);
      return {
        kind,
        ...readReference(headers, uploader),
        size: headers.integer('size'),
        digest,
        mtime: headers.nanoseconds('mtime'),
        mode,
      };
    }
    case 'abort':
      return { kind, ...readReference(headers, uploader), reason: headers.text('reason') };
    case 'pack':
      return { kind, uploader, ...decodePack(value, headers.integer('files'), headers.integer('index')) };
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

function readReference(headers: HeaderReader, uploader: string): UploadRef {
  const upload = headers.text('upload');
  if (!isUploadId(upload)) throw new FormatError(`upload "${upload.slice(0, 40)}" is not 32 hex digits`);
  const path = headers.text('path');
  const fault = pathFault(path);
  if (fault !== undefined) throw new FormatError(fault);
  return { uploader, path, upload };
}
