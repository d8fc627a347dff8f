/** Expands the records of a compressed batch, never beyond a cap; gzip and zstd off the main thread. */
import { promisify } from 'node:util';
import { gunzip, type ZlibOptions, type ZstdOptions, zstdDecompress } from 'node:zlib';
import { KafkaError } from '../contract.ts';
import { expandLz4 } from './lz4.ts';
import { expandSnappy } from './snappy.ts';

/** A batch may not expand beyond this: what does is taken for an attack. */
const maxOutputBytes = 128 * 1024 * 1024;

const smallestPart = 16 * 1024;
const largestPart = 1024 * 1024;

type Expand = (bytes: Buffer, cap: number) => Buffer | Promise<Buffer>;

const gunzipped = promisify<Buffer, ZlibOptions, Buffer>(gunzip);
const zstdExpanded = promisify<Buffer, ZstdOptions, Buffer>(zstdDecompress);

/** Output is taken in parts, each of which costs a change of threads: as large as what is there already suggests. */
function bounds(bytes: Buffer, cap: number): { maxOutputLength: number; chunkSize: number } {
  const usual = Math.min(largestPart, Math.max(smallestPart, bytes.byteLength * 4));
  return { maxOutputLength: cap, chunkSize: usual };
}

/** By Kafka's compression codes. */
const expanders: ReadonlyMap<number, Expand> = new Map<number, Expand>([
  [1, (bytes, cap) => gunzipped(bytes, bounds(bytes, cap))],
  [2, expandSnappy],
  [3, expandLz4],
  [4, (bytes, cap) => zstdExpanded(bytes, bounds(bytes, cap))],
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
