/** What a response brings of one partition, by the heads of its batches alone. */
import { readBatchHead } from '../wire/batch-decode.ts';
import type { FetchedPartition } from '../wire/fetch.ts';
import type { Cursor } from './cursor.ts';

export interface WholeBatches {
  /** The offset after the last whole batch; the one that was asked for where there is none. */
  readonly next: number;
  /** Of the leader that took the first batch that goes past the offset that was asked for; undefined: there is none. */
  readonly epoch: number | undefined;
  /** Where the first whole batch begins; undefined: there is none. */
  readonly first: number | undefined;
  readonly count: number;
  /** Of all whole batches, and of the largest. */
  readonly bytes: number;
  readonly largest: number;
  /** A head that makes no sense ended it. */
  readonly isSpoiled: boolean;
}

/** Asked for from offset `from` on. `note` is told of each batch that goes past it. */
export function wholeBatches(
  bytes: Buffer,
  { start, end }: FetchedPartition,
  from: number,
  note?: (epoch: number, baseOffset: number) => void,
): WholeBatches {
  let next = from;
  let epoch: number | undefined;
  let first: number | undefined;
  let count = 0;
  let largest = 0;
  let at = start;
  let isSpoiled = false;
  try {
    for (let head = readBatchHead(bytes, at, end); head; head = readBatchHead(bytes, at, end)) {
      if (head.nextOffset > from) {
        epoch ??= head.leaderEpoch;
        note?.(head.leaderEpoch, head.baseOffset);
      }
      first ??= head.baseOffset;
      count += 1;
      largest = Math.max(largest, head.end - head.start);
      next = Math.max(next, head.nextOffset);
      at = head.end;
    }
  } catch {
    isSpoiled = true;
  }
  return { next, epoch, first, count, bytes: at - start, largest, isSpoiled };
}

/**
 * The same from the cursor's position on; the cursor notes the epochs. A batch whose head makes no sense ends it, and is passed: decoding
 * will say what is wrong.
 */
export function wholeBatchesOf(bytes: Buffer, fetched: FetchedPartition, cursor: Cursor): WholeBatches {
  const { position, epochs } = cursor;
  const whole = wholeBatches(bytes, fetched, position, (epoch, from) => epochs.note(epoch, from));
  if (!whole.isSpoiled) return whole;
  epochs.note(-1, whole.next);
  return { ...whole, next: Math.max(whole.next, position + 1) };
}
