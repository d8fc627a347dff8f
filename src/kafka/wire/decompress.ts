/** Expands the records of a compressed batch, never beyond a cap; gzip and zstd off the main thread. */
import { promisify } from 'node:util';
import {
  createGunzip,
  createZstdDecompress,
  type Gunzip,
  gunzip,
  type ZlibOptions,
  type ZstdDecompress,
  type ZstdOptions,
  zstdDecompress,
} from 'node:zlib';
import { KafkaError } from '../contract.ts';
import { GrowingOutput, MeasuredOutput, type Output, OutputLimitError } from './growing.ts';
import { expandLz4 } from './lz4.ts';
import { expandSnappy } from './snappy.ts';

/** A batch may not expand beyond this: what does is taken for an attack. */
const maxOutputBytes = 128 * 1024 * 1024;

/**
 * What becomes more than this is measured first, and then expanded into memory of exactly its size: what grows with its output takes two and
 * three times as much on the way, and an attack would have all of it.
 */
const atOnce = 8 * 1024 * 1024;

const smallestPart = 16 * 1024;
const largestPart = 1024 * 1024 + 4096;

interface Expander {
  /** What comes out, not more than `cap` bytes; `size`: so many are known to. */
  expand(bytes: Buffer, cap: number, size?: number): Buffer | Promise<Buffer>;
  /** How many bytes come out, not more than `cap`. */
  measure(bytes: Buffer, cap: number): number | Promise<number>;
}

const gunzipped = promisify<Buffer, ZlibOptions, Buffer>(gunzip);
const zstdExpanded = promisify<Buffer, ZstdOptions, Buffer>(zstdDecompress);

interface Bounds {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

/**
 * Output is taken in parts, each of which costs a change of threads, and a copy where there are several: one part, if what is
 * expected comes out. It is only believed up to a megabyte.
 */
function bounds(cap: number, expected: number): Bounds {
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

/** Output of a size that is known is one part of that size: one more shows that it ends there. */
function boundsOf(cap: number, expected: number, size: number | undefined): Bounds {
  return size === undefined
    ? bounds(cap, expected)
    : { maxOutputLength: size, chunkSize: Math.max(smallestPart, size + 1) };
}

async function measured(stream: Gunzip | ZstdDecompress, bytes: Buffer, cap: number): Promise<number> {
  let size = 0;
  stream.end(bytes);
  for await (const part of stream) {
    size += (part as Buffer).byteLength;
    if (size > cap) throw new OutputLimitError(`more than ${cap} bytes come out`);
  }
  return size;
}

function byBlocks(expandInto: (bytes: Buffer, output: Output) => void): Expander {
  return {
    expand(bytes, cap, size = bytes.byteLength * 3) {
      const output = new GrowingOutput(size, cap);
      expandInto(bytes, output);
      return output.bytes;
    },
    measure(bytes, cap) {
      const output = new MeasuredOutput(cap);
      expandInto(bytes, output);
      return output.length;
    },
  };
}

const partsToMeasure = { chunkSize: 256 * 1024 };

/** By Kafka's compression codes. */
const expanders: ReadonlyMap<number, Expander> = new Map<number, Expander>([
  [
    1,
    {
      expand: (bytes, cap, size) => gunzipped(bytes, boundsOf(cap, bytes.byteLength * 4, size)),
      measure: (bytes, cap) => measured(createGunzip(partsToMeasure), bytes, cap),
    },
  ],
  [2, byBlocks(expandSnappy)],
  [3, byBlocks(expandLz4)],
  [
    4,
    {
      expand: (bytes, cap, size) =>
        zstdExpanded(bytes, boundsOf(cap, claimedSize(bytes) ?? bytes.byteLength * 4, size)),
      measure: (bytes, cap) => measured(createZstdDecompress(partsToMeasure), bytes, cap),
    },
  ],
]);

async function expandWithin(expander: Expander, bytes: Buffer, cap: number): Promise<Buffer> {
  const first = Math.min(cap, atOnce);
  try {
    return await expander.expand(bytes, first);
  } catch (error) {
    if (first === cap || !isTooMuch(error)) throw error;
  }
  const size = await expander.measure(bytes, cap);
  return expander.expand(bytes, size, size);
}

function isTooMuch(error: unknown): boolean {
  return (
    error instanceof OutputLimitError || (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
  );
}

/** Rejects with KafkaError `unsupported` or `corrupt`; `what` names the batch. */
export async function decompress(
  bytes: Buffer,
  compression: number,
  what: string,
  cap = maxOutputBytes,
): Promise<Buffer> {
  const expander = expanders.get(compression);
  if (expander === undefined) {
    throw new KafkaError(
      'unsupported',
      `${what} is compressed in a way (${compression}) that Sluice does not know`,
    );
  }
  try {
    return await expandWithin(expander, bytes, cap);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new KafkaError('corrupt', `${what} does not expand to at most ${cap} bytes: ${reason}`, {
      cause: error,
    });
  }
}
