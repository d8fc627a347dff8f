/** Where a segment stands on `L`, by what stands there: offsets that the index and claims tell are of the cluster that they were written on. */
import { FormatError } from '../../errors.ts';
import type { ConsumedRecord, Kafka } from '../../kafka/contract.ts';
import type { IndexEntry } from '../../records/live-index.ts';
import { decodeLiveRecord, type LiveRecord } from '../../records/live-record.ts';

/** Records are appended after their picture was taken; clocks of publishers and brokers may differ by so many milliseconds. */
export const clocksDiffer = 10_000;
const bufferBytes = 8 * 1024 * 1024;

/**
 * Where a segment's first record stands, or the `end` of a programme. Of a topic that was copied (by MirrorMaker, say) the offset in the
 * index proves nothing, so that what stands there is looked at, and the segment searched by its time if it is another one. Undefined: it
 * does not stand on this topic, not yet or no longer.
 */
export async function findSegment(
  kafka: Kafka,
  topic: string,
  partition: number,
  entry: IndexEntry,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const find = async (from: number, most: number): Promise<number | undefined> => {
    let place: number | undefined;
    await eachRecord({ kafka, topic, partition, from, until: from + most, signal }, (consumed) => {
      const order = orderOf(readable(consumed), entry);
      if (order === 0) place = consumed.offset;
      return order !== undefined && order >= 0;
    });
    return place;
  };
  const told = entry.kind === 'segment' ? entry.first : -1;
  const isThere = told >= 0 && (await find(told, 1)) === told;
  // Another cluster's offset may be in the middle of it.
  if (isThere && (await find(told - 1, 1)) === undefined) return told;
  return find(await offsetAt(kafka, topic, partition, entry), Number.POSITIVE_INFINITY);
}

/** Something of the stream stands behind a segment: what is not there of the segment never will be, for copies keep the order too. */
export async function isPassed(
  kafka: Kafka,
  topic: string,
  partition: number,
  segment: IndexEntry,
  signal?: AbortSignal,
): Promise<boolean> {
  const from = await offsetAt(kafka, topic, partition, segment);
  let passed = false;
  const stretch = { kafka, topic, partition, from, until: Number.POSITIVE_INFINITY, signal };
  await eachRecord(stretch, (consumed) => {
    const order = orderOf(readable(consumed), segment);
    passed = order !== undefined && order > 0;
    return passed;
  });
  return passed;
}

export interface Stretch {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  /** Exclusive; what is behind the end is not waited for. */
  readonly until: number;
  readonly signal?: AbortSignal | undefined;
}

/** Calls `take` with each record until it gives true. False: some of the stretch is not there. */
export async function eachRecord(
  stretch: Stretch,
  take: (record: ConsumedRecord) => boolean,
): Promise<boolean> {
  const { kafka, topic, partition, from, signal } = stretch;
  const end = (await kafka.offsets(topic, 'latest')).get(partition) ?? 0;
  const until = stretch.until === Number.POSITIVE_INFINITY ? end : stretch.until;
  if (from < 0 || from >= until || until > end) return false;
  let removed = false;
  const consumer = kafka.consumer({
    topic,
    from: new Map([[partition, from]]),
    until: new Map([[partition, until]]),
    bufferBytes,
    ...(signal === undefined ? {} : { signal }),
    onGap: ({ unreadable }) => {
      // Of no publisher: what is missing of a segment is found to be missing.
      if (unreadable === undefined) removed = true;
    },
    onCut: () => {
      removed = true;
    },
  });
  for await (const batch of consumer) {
    const enough = removed || batch.records.some(take);
    batch.release();
    if (enough) break;
  }
  return !removed;
}

/** Whether a record stands before a segment (less than 0), belongs to it (0) or stands behind it; undefined: it is of another stream. */
export function orderOf(
  record: LiveRecord | undefined,
  { stream, epoch, media }: Pick<IndexEntry, 'stream' | 'epoch' | 'media'>,
): number | undefined {
  if (record?.stream !== stream) return undefined;
  return record.epoch === epoch ? record.media - media : record.epoch - epoch;
}

/** An offset before which nothing of an entry stands, by when its picture was taken. */
export async function offsetAt(
  kafka: Kafka,
  topic: string,
  partition: number,
  { captured }: Pick<IndexEntry, 'captured'>,
): Promise<number> {
  const time = Math.max(0, Math.floor(captured / 1000) - clocksDiffer);
  return (await kafka.offsets(topic, { time })).get(partition) ?? 0;
}

/** Undefined: not what the format says; readers pass it over. */
export function readable(record: ConsumedRecord): LiveRecord | undefined {
  try {
    return decodeLiveRecord(record);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
