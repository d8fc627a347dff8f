/** Expands the records of a compressed batch, never beyond a cap; gzip and zstd off the main thread. */
import { promisify } from 'node:util';
import { gunzip, type ZlibOptions, type ZstdOptions, zstdDecompress } from 'node:zlib';
import { KafkaError } from '../contract.ts';
import { expandLz4 } from './lz4.ts';
import { expandSnappy } from './snappy.ts';

/** A batch may not expand beyond this: what does is taken for an attack. */
const maxOutputBytes = 128 * 1024 * 1024;

const smallestPart = 16 * 1024;
const largestPart = 1024 * 1024 + 4096;

type Expand = (bytes: Buffer, cap: number) => Buffer | Promise<Buffer>;

const gunzipped = promisify<Buffer, ZlibOptions, Buffer>(gunzip);
const zstdExpanded = promisify<Buffer, ZstdOptions, Buffer>(zstdDecompress);

/**
 * Output is taken in parts, each of which costs a change of threads, and a copy where there are several: one part, if what is
 * expected comes out. It is only believed up to a megabyte.
 */
function bounds(cap: number, expected: number): { maxOutputLength: number; chunkSize: number } {
  // A part that is filled to its end is followed by another.
  const chunkSize = Math.min(largestPart, Math.max(smallestPart, expected + 1));
  return { maxOutputLength: cap, chunkSize };
}

/** What a Zstandard frame says of its size (RFC 8878, section 3.1.1.1); undefined when it says nothing. */
function claimedSize(bytes: Buffer): number | undefined {
  if (bytes.byteLength < 14) return undefined;
  const descriptor = bytes[4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  const at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes;
  const form = descriptor >> 6;
  if (form === 0) return isSingleSegment ? bytes[at] : undefined;
  if (form === 1) return bytes.readUInt16LE(at) + 256;
  return form === 2 ? bytes.readUInt32LE(at) : largestPart;
}

/** By Kafka's compression codes. */
const expanders: ReadonlyMap<number, Expand> = new Map<number, Expand>([
  [1, (bytes, cap) => gunzipped(bytes, bounds(cap, bytes.byteLength * 4))],
  [2, expandSnappy],
  [3, expandLz4],
  [4, (bytes, cap) => zstdExpanded(bytes, bounds(cap, claimedSize(bytes) ?? bytes.byteLength * 4))],
]);

/** Rejects with KafkaError `unsupported` or `corrupt`; `what` names the batch. */
export async function decompress(
  bytes: Buffer,
  compression: number,
  what: string,
  cap = maxOutputBytes,
): Promise<Buffer> {
  const expand = expanders.get(compression);
  if (expand === undefined) {
    throw new KafkaError(
      'unsupported',
      `${what} is compressed in a way (${compression}) that Sluice does not know`,
    );
  }
  try {
    return await expand(bytes, cap);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new KafkaError('corrupt', `${what} does not expand to at most ${cap} bytes: ${reason}`, {
      cause: error,
    });
  }
}
