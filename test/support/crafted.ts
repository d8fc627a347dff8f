/** Records of files, made by hand: what an uploader would send, and what none should. */
import type { NewRecord } from '../../src/kafka/contract.ts';
import { type ChecksumAlgorithm, digestOf } from '../../src/records/checksum.ts';
import { chunkHeaders, encodeClose, packHeaders } from '../../src/records/file-record.ts';
import { packEntryText, packIndex } from '../../src/records/pack.ts';

export interface CraftedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** A greater number is a newer version. */
  readonly version?: number;
  readonly uploader?: string;
  readonly checksum?: ChecksumAlgorithm;
  /** Bytes of a chunk. Default 500. */
  readonly chunk?: number;
  readonly mtime?: string;
}

/** The id of a version: the same for the same path and version. */
export function craftedId({ path, version = 1 }: Pick<CraftedFile, 'path' | 'version'>): string {
  const tail = digestOf('crc64nvme', Buffer.from(path)).slice(-16);
  return version.toString(16).padStart(16, '0') + tail;
}

function reference(file: CraftedFile) {
  return { uploader: file.uploader ?? 'shop', path: file.path, upload: craftedId(file) };
}

/** What `encodeClose` and packs say of a file. */
export function craftedFacts(file: CraftedFile) {
  const digest = digestOf(file.checksum ?? 'md5', file.bytes);
  return { size: file.bytes.length, digest, mtime: file.mtime ?? '1700000000000000000', mode: 0o644 };
}

/** One chunk of the file, `[start, end)`; `bytes` instead of what the file has there, if given. */
export function craftedChunk(file: CraftedFile, start: number, end: number, bytes?: Uint8Array): NewRecord {
  const { checksum = 'md5' } = file;
  return {
    headers: chunkHeaders(reference(file), checksum, file.bytes.length, start),
    value: bytes ?? file.bytes.subarray(start, end),
  };
}

/** All chunks of a file, in order. */
export function craftedChunks(file: CraftedFile): NewRecord[] {
  const { chunk = 500, bytes } = file;
  return Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, index) =>
    craftedChunk(file, index * chunk, Math.min(bytes.length, (index + 1) * chunk)),
  );
}

export function craftedClose(file: CraftedFile): NewRecord {
  return encodeClose({ ...reference(file), ...craftedFacts(file) });
}

/** Chunks and closing record. */
export function craftedUpload(file: CraftedFile): NewRecord[] {
  return [...craftedChunks(file), craftedClose(file)];
}

/** One pack of whole files; `contents` instead of theirs, if given. */
export function craftedPack(files: readonly CraftedFile[], contents?: Uint8Array): NewRecord {
  const entries = files.map((file) => ({ ...craftedFacts(file), path: file.path, upload: craftedId(file) }));
  const bytes = contents ?? Buffer.concat(files.map((file) => file.bytes));
  const index = packIndex(entries.map(packEntryText));
  return {
    headers: packHeaders(files[0]?.uploader ?? 'shop', entries.length, index.length),
    value: [index, bytes],
  };
}
