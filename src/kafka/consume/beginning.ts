/** PURE. What the first bytes of a response say of the rest, which is still on its way. */
import { readBatchHead } from '../wire/batch-decode.ts';
import { decodeFetchHead } from '../wire/fetch.ts';
import type { WholeBatches } from './whole-batches.ts';

export interface Beginning {
  /** The first that something is said of. */
  readonly partition: number;
  readonly highWatermark: number;
  /** Its first batch, which may not be there yet. */
  readonly batch: WholeBatches;
  /** There are no records of any other partition. */
  readonly isAll: boolean;
}

/** So many are said of a partition without records, and so many of the topic, at the most. */
const emptyBytes = 40;
const topicBytes = 16;

/** `bytes`: of the whole response, of which the first 512 are there; to a request for so many partitions. Undefined: it begins with no batch. */
export function beginningOf(bytes: Buffer, partitions: number): Beginning | undefined {
  const fetched = decodeFetchHead(bytes);
  if (fetched === undefined || fetched.errorCode !== 0) return undefined;
  const { partition, highWatermark, start, end } = fetched;
  try {
    const head = readBatchHead(bytes, start, end);
    if (head === undefined) return undefined;
    const { baseOffset: first, nextOffset: next, leaderEpoch: epoch } = head;
    const size = head.end - head.start;
    const batch = { next, epoch, first, count: 1, bytes: size, largest: size, isSpoiled: false };
    const isAll = bytes.byteLength - end <= partitions * emptyBytes + topicBytes;
    return { partition, highWatermark, batch, isAll };
  } catch {
    return undefined;
  }
}
