/** Decodes what was fetched of one partition into the batch that the reader gets. */

import { type ConsumedRecord, type EpochRun, KafkaError } from '../contract.ts';
import { type BatchHead, checkCrc, decodeRecords, readBatchHead, recordsOf } from '../wire/batch-decode.ts';
import { decompress } from '../wire/decompress.ts';
import type { Frame, FramePool } from '../wire/frame-pool.ts';
import type { Part } from './cursor.ts';

/** Records in offset order, and where to go on. */
export interface DecodedPart {
  readonly records: readonly ConsumedRecord[];
  readonly epochs: readonly EpochRun[];
  readonly nextOffset: number;
  /** Bytes of memory, beside the frame's, that the records of compressed batches stand in. */
  readonly expanded: number;
  /** Gives that memory back to the pool. No record may be touched afterwards. Idempotent. */
  free(): void;
  /** Where in the frame the batch begins that is the next to decode; undefined when that was all. */
  readonly rest: number | undefined;
  /** Why decoding ended before the end of the part. */
  readonly error: KafkaError | undefined;
  /** A batch that is as it was made, by its CRC32C, and cannot be read; `rest` is behind it, and nothing comes with it. */
  readonly unreadable?: { readonly from: number; readonly reason: string };
}

/**
 * Decodes the part's batches, their CRC32C checked, up to the first that is not as it must be, or until compressed ones have
 * become `mostExpanded` bytes: a few bytes of the wire may be gigabytes. The last one may exceed that. Nor are there many more
 * records than 5000 at a time. `mayPass`: what cannot be read because it was made so is told by itself. Never rejects.
 */
export async function decodePart(
  part: Part,
  topic: string,
  mostExpanded: number,
  pool: FramePool,
  mayPass = false,
): Promise<DecodedPart> {
  const { bytes } = part.frame;
  const { end } = part.fetched;
  const { until } = part.cursor;
  const records: ConsumedRecord[] = [];
  const epochs: EpochRun[] = [];
  let nextOffset = part.from;
  let expanded = 0;
  const frames: Frame[] = [];
  const free = () => {
    for (const frame of frames.splice(0)) frame.release();
  };
  /** Records of batches that were decoded to their ends. */
  let whole = 0;
  let at = part.fetched.start;
  /** The batch whose checksum was right: fetched again, it would be the same. */
  let proven: BatchHead | undefined;
  try {
    for (let head = readBatchHead(bytes, at, end); head; head = readBatchHead(bytes, at, end)) {
      if (nextOffset >= until) break;
      if (expanded >= mostExpanded || records.length >= mostRecords)
        return { records, epochs, nextOffset, expanded, free, rest: at, error: undefined };
      at = head.end;
      if (head.nextOffset <= nextOffset) continue;
      checkCrc(bytes, head);
      proven = head;
      let plain = recordsOf(bytes, head);
      if (head.compression !== 0 && !head.control) {
        plain = await expand(bytes, head);
        expanded += plain.byteLength;
        if (plain.byteLength > movedUpTo) frames.push({ bytes: plain, release: () => forget(plain) });
        else if (plain.byteLength >= ownMemoryFrom) {
          frames.push(pool.take(plain.byteLength));
          plain = moved(plain, frames.at(-1)!.bytes);
        }
      }
      decodeRecords(plain, head, records, nextOffset, until);
      whole = records.length;
      if (head.leaderEpoch !== epochs.at(-1)?.[0]) epochs.push([head.leaderEpoch, head.baseOffset]);
      nextOffset = head.nextOffset;
      proven = undefined;
    }
  } catch (thrown) {
    const error = located(thrown, topic, part.cursor.partition);
    records.length = whole;
    if (proven !== undefined && mayPass && error.kind === 'corrupt') {
      // What comes before it is handed out first.
      if (nextOffset > part.from)
        return { records, epochs, nextOffset, expanded, free, rest: proven.start, error: undefined };
      free();
      const unreadable = { from: Math.max(part.from, proven.baseOffset), reason: error.message };
      const behind = Math.min(proven.nextOffset, until);
      return {
        records,
        epochs,
        nextOffset: behind,
        expanded: 0,
        free,
        rest: at,
        error: undefined,
        unreadable,
      };
    }
    return { records, epochs, nextOffset, expanded, free, rest: undefined, error };
  }
  nextOffset = Math.min(nextOffset, until);
  return { records, epochs, nextOffset, expanded, free, rest: undefined, error: undefined };
}

function expand(bytes: Buffer, head: BatchHead): Promise<Buffer> {
  return decompress(recordsOf(bytes, head), head.compression, `the batch at offset ${head.baseOffset}`);
}

/**
 * Records that are decoded at a time: a few bytes each on the wire, they are some 150 in memory, and the loop stands still while they are
 * made. A single batch of more still comes whole.
 */
const mostRecords = 5000;

/** Smaller buffers may share their memory with others, and a frame for each of many would be mostly empty. */
const ownMemoryFrom = 64 * 1024;

/** Larger ones are seldom, and are not to be there twice for a moment. */
const movedUpTo = 16 * 1024 * 1024;

/** From memory that the collector would take its time to free into the pool's, which is used again and which threads share. */
function moved(bytes: Buffer, into: Buffer): Buffer {
  into.set(bytes);
  forget(bytes);
  return into;
}

/** Gives memory of our own back at once. */
function forget({ buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

function located(error: unknown, topic: string, partition: number): KafkaError {
  const kind = error instanceof KafkaError ? error.kind : 'corrupt';
  const message = error instanceof Error ? error.message : String(error);
  return new KafkaError(kind, `${topic}-${partition}: ${message}`, { cause: error });
}
