/** Reads what an earlier publisher left: from where its claim says, or where the index ends. */
import { FormatError } from '../../errors.ts';
import type { ConsumedRecord, Kafka } from '../../kafka/contract.ts';
import { decodeIndexEntry, type IndexEntry } from '../../records/live-index.ts';
import { decodeLiveRecord } from '../../records/live-record.ts';
import { statePartition } from '../../records/state-record.ts';
import type { LiveTopics } from '../topics.ts';
import type { StandingClaim } from './claim.ts';
import { Recovery, type Standing } from './recovered.ts';

export interface RecoverOptions {
  readonly kafka: Kafka;
  readonly topics: LiveTopics;
  readonly stream: string;
  /** The newest claim; undefined: there is none (any more). */
  readonly before: StandingClaim | undefined;
}

export interface Recovered extends Standing {
  /** Of `L`, and of `L.index`. */
  readonly partition: number;
  readonly indexPartition: number;
  /** The end of the partition of `L`: everything before has been read. */
  readonly end: number;
}

/** An entry may be older than the claim that was written after it, by as much as clocks of brokers differ. Milliseconds. */
const margin = 60_000;

/** Where the stream stands, by all that is on the topics. To be called while nobody else publishes the stream. */
export async function recover(options: RecoverOptions): Promise<Recovered> {
  const { kafka, topics, stream, before } = options;
  const partition = partitionOf(topics, stream, before);
  const claimed = before?.partition === partition ? before : undefined;
  const indexPartition = partition % topics.index.partitions;
  const recovery = new Recovery(stream, before);
  const since = claimed === undefined ? 'earliest' : { time: Math.max(0, claimed.written - margin) };
  const index = await kafka.offsets(topics.index.name, since);
  let last: IndexEntry | undefined;
  await readOwn(
    kafka,
    topics.index.name,
    stream,
    [indexPartition, index.get(indexPartition) ?? 0],
    (record) => {
      last = decodeIndexEntry(record);
      recovery.onIndex(last);
    },
  );
  let epoch = -1;
  const from = claimed?.offset ?? behind(last);
  const end = await readOwn(kafka, topics.media.name, stream, [partition, from], (record) => {
    const live = decodeLiveRecord(record);
    if (live === undefined || live.epoch < epoch) return;
    epoch = live.epoch;
    recovery.onRecord(live, record.value?.byteLength ?? 0, record.offset);
  });
  return { ...recovery.finish(), partition, indexPartition, end };
}

/** The partition of `L` that all records of a stream stand in: as claimed before, otherwise by its name. */
export function partitionOf(topics: LiveTopics, stream: string, before: StandingClaim | undefined): number {
  const { partitions } = topics.media;
  return before !== undefined && before.partition < partitions
    ? before.partition
    : statePartition(stream, partitions);
}

/** Where nobody claims anything, the index says up to where `L` is known. */
function behind(last: IndexEntry | undefined): number {
  return last?.kind === 'segment' && last.next >= 0 ? last.next : 0;
}

/** Reads a stream's records of a partition, from an offset to its present end; returns that. */
async function readOwn(
  kafka: Kafka,
  topic: string,
  stream: string,
  [partition, from]: readonly [number, number],
  onRecord: (record: ConsumedRecord) => void,
): Promise<number> {
  const end = (await kafka.offsets(topic, 'latest')).get(partition) ?? 0;
  const earliest = (await kafka.offsets(topic, 'earliest')).get(partition) ?? 0;
  const begin = Math.max(from, earliest);
  if (begin >= end) return end;
  const consumer = kafka.consumer({
    topic,
    from: new Map([[partition, begin]]),
    until: new Map([[partition, end]]),
    onGap: () => {},
  });
  for await (const batch of consumer) {
    for (const record of batch.records) {
      if (record.key === null || Buffer.from(record.key).toString() !== stream) continue;
      try {
        onRecord(record);
      } catch (error) {
        // Not what the format says: readers pass it over as well.
        if (!(error instanceof FormatError)) throw error;
      }
    }
    batch.release();
  }
  return end;
}
