/** Compresses the records of a batch off the main thread: gzip and zstd in Node's own threads, the others in one of ours. */
import { promisify } from 'node:util';
import { constants, gzip, type ZlibOptions, type ZstdOptions, zstdCompress } from 'node:zlib';
import type { CompressedRecords, EncodedBatch } from './batch-encode.ts';
import { BlockEncoder } from './block-encoder.ts';
import { Scratch } from './scratch.ts';

/** Kafka's codecs and their numbers in a batch (Kafka documentation, "Record Batch", attributes). */
export const codecs = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
export type Codec = keyof typeof codecs;

/** A way to compress. */
export interface Compressor {
  /** Undefined when the records would not become smaller. They must not change meanwhile. */
  compress(records: EncodedBatch): Promise<CompressedRecords | undefined>;
  /** What is under way may reject. */
  close(): void;
}

/** Compresses one run of bytes; rejects with ERR_BUFFER_TOO_LARGE when it would not become smaller. */
type Compress = (bytes: Uint8Array) => Promise<Uint8Array>;

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
      compress: async (records) => wrap(await encoder.encode(records)),
      close: () => encoder.close(),
    };
  }
  const compress = codec === 'gzip' ? gzipAt(level) : zstdAt(level);
  const scratch = new Scratch();
  return {
    compress: async ({ pieces, size }) =>
      size < 2 ? undefined : wrap(await scratch.use(pieces, size, (bytes) => ifSmaller(compress(bytes)))),
    close: () => {},
  };
}

/** The output may have one byte less than the input. */
function bounds(bytes: Uint8Array): { maxOutputLength: number; chunkSize: number } {
  const half = Math.max(64, bytes.byteLength >> 1);
  return { maxOutputLength: bytes.byteLength - 1, chunkSize: Math.min(partBytes, half) };
}

function gzipAt(level: number): Compress {
  return (bytes) => gzipped(bytes, { ...bounds(bytes), level });
}

function zstdAt(level: number): Compress {
  const params = { [constants.ZSTD_c_compressionLevel]: level };
  return (bytes) => zstdCompressed(bytes, { ...bounds(bytes), params, pledgedSrcSize: bytes.byteLength });
}

async function ifSmaller(compressing: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await compressing;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
}
