/** Compresses the records of a batch off the main thread: gzip and zstd in Node's own threads, the others in one of ours. */
import { promisify } from 'node:util';
import { constants, gzip, type ZlibOptions, type ZstdOptions, zstdCompress } from 'node:zlib';
import type { CompressedRecords } from './batch-encode.ts';
import { BlockEncoder } from './block-encoder.ts';

/** Kafka's codecs and their numbers in a batch (Kafka documentation, "Record Batch", attributes). */
export const codecs = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
export type Codec = keyof typeof codecs;

/** A way to compress. */
export interface Compressor {
  /** Takes the bytes over. Undefined when they would not become smaller. */
  compress(bytes: Uint8Array<ArrayBuffer>): Promise<CompressedRecords | undefined>;
  /** What is under way may reject. */
  close(): void;
}

const gzipped = promisify<Uint8Array, ZlibOptions, Buffer>(gzip);
const zstdCompressed = promisify<Uint8Array, ZstdOptions, Buffer>(zstdCompress);

/** Output is taken in parts of this size: each costs a change of threads, and the last one is kept whole. */
const partBytes = 128 * 1024;

/** `level` is for gzip and zstd. */
export function createCompressor(codec: Codec, level = 1): Compressor {
  const compression = codecs[codec];
  const wrap = (bytes: Uint8Array | undefined) => bytes && { compression, bytes };
  if (codec === 'lz4' || codec === 'snappy') {
    const encoder = new BlockEncoder(codec);
    return {
      compress: async (bytes) => wrap(await encoder.encode(bytes)),
      close: () => encoder.close(),
    };
  }
  const compress = codec === 'gzip' ? gzipAt(level) : zstdAt(level);
  return {
    compress: async (bytes) => wrap(bytes.byteLength > 1 ? await ifSmaller(compress(bytes)) : undefined),
    close: () => {},
  };
}

/** The output may have one byte less than the input. */
function bounds(bytes: Uint8Array): { maxOutputLength: number; chunkSize: number } {
  const half = Math.max(64, bytes.byteLength >> 1);
  return { maxOutputLength: bytes.byteLength - 1, chunkSize: Math.min(partBytes, half) };
}

function gzipAt(level: number): (bytes: Uint8Array) => Promise<Buffer> {
  return (bytes) => gzipped(bytes, { ...bounds(bytes), level });
}

function zstdAt(level: number): (bytes: Uint8Array) => Promise<Buffer> {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  return (bytes) => zstdCompressed(bytes, { ...bounds(bytes), params, pledgedSrcSize: bytes.byteLength });
}

async function ifSmaller(compressing: Promise<Buffer>): Promise<Buffer | undefined> {
  try {
    return await compressing;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
}
