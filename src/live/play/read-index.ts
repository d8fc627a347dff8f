/** Reads a stream's entries of `L.index`, as far back as a time needs. */
import { FormatError } from '../../errors.ts';
import type { Kafka, OffsetAt } from '../../kafka/contract.ts';
import { decodeIndexEntry, type IndexEntry } from '../../records/live-index.ts';
import { indexTopicOf } from '../topics.ts';
import { SegmentList } from './segment-list.ts';

export interface ReadIndexOptions {
  readonly kafka: Kafka;
  /** The media topic. */
  readonly topic: string;
  readonly stream: string;
  /** The stream's partition of `L`. */
  readonly partition: number;
  /** Milliseconds since the epoch of Unix: the segment that holds this time is to be among them. */
  readonly since: number;
  readonly signal: AbortSignal;
}

/** Clocks of brokers, publishers and readers differ. Milliseconds. */
const margin = 60_000;

/** What stands in the index now. An empty list where the topic is missing. */
export async function readIndex(options: ReadIndexOptions): Promise<SegmentList> {
  const since = options.since - margin;
  const list = await readFrom(options, { time: Math.max(0, since) });
  const oldest = list.all[0];
  if (oldest !== undefined && oldest.captured <= options.since * 1000) return list;
  // Media that were published faster than they last are dated ahead of their records.
  return readFrom(options, 'earliest');
}

async function readFrom(options: ReadIndexOptions, at: OffsetAt): Promise<SegmentList> {
  const { kafka, stream, signal } = options;
  const list = new SegmentList();
  const topic = indexTopicOf(options.topic);
  const description = await kafka.describeTopic(topic);
  if (description === undefined) return list;
  const partition = options.partition % description.partitions;
  const begin = (await kafka.offsets(topic, at)).get(partition) ?? 0;
  const end = (await kafka.offsets(topic, 'latest')).get(partition) ?? 0;
  if (begin >= end) return list;
  const from = new Map([[partition, begin]]);
  const until = new Map([[partition, end]]);
  for await (const batch of kafka.consumer({ topic, from, until, signal, onGap: () => {} })) {
    for (const record of batch.records) {
      if (record.key === null || Buffer.from(record.key).toString() !== stream) continue;
      const entry = readable(record);
      if (entry !== undefined) list.push(entry);
    }
    batch.release();
  }
  return list;
}

/** Undefined: not what the format says; readers pass it over. */
function readable(record: Parameters<typeof decodeIndexEntry>[0]): IndexEntry | undefined {
  try {
    return decodeIndexEntry(record);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
