/** Reads what an earlier publisher left: from where its claim says, or where the index ends. */
import { FormatError } from '../../errors.ts';
import type { ConsumedRecord, Kafka } from '../../kafka/contract.ts';
import { decodeIndexEntry, type IndexEntry } from '../../records/live-index.ts';
import { decodeLiveRecord, type LiveRecord } from '../../records/live-record.ts';
import { statePartition } from '../../records/state-record.ts';
import { eachRecord, findSegment, readable } from '../read/segment-place.ts';
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
  const told = claimed && (await toldUpTo(kafka, topics.media.name, claimed));
  const since = told === undefined ? 'earliest' : timeBefore(claimed!.written);
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
  const from = told ?? (await behind(kafka, topics.media.name, partition, last, claimed));
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

/**
 * The offset before which the claim tells everything, if it is one of this cluster: where claims were copied from another one it proves
 * nothing, so that what stands there must be what the claim says. Undefined: it is not, or nobody can tell.
 */
async function toldUpTo(kafka: Kafka, topic: string, claim: StandingClaim): Promise<number | undefined> {
  const { partition, offset, media, stream } = claim;
  const earliest = (await kafka.offsets(topic, 'earliest')).get(partition) ?? 0;
  // Everything that is there is read.
  if (offset <= earliest) return earliest;
  let before: LiveRecord | undefined;
  let next: LiveRecord | undefined;
  const stretch = { kafka, topic, partition, from: offset - 1 };
  const look = (record: ConsumedRecord): boolean => {
    const live = readable(record);
    if (live?.stream === stream && record.offset < offset) before = live;
    if (live?.stream === stream && record.offset === offset) next = live;
    return record.offset >= offset;
  };
  await eachRecord({ ...stretch, until: Number.POSITIVE_INFINITY }, look);
  const isNext = next?.media === media && (next.kind === 'init' || next.kind === 'gap');
  if (isNext && (before === undefined || before.media < media || before.epoch < next!.epoch)) return offset;
  if (before === undefined || (next !== undefined && next.media < media)) return undefined;
  return (before.kind === 'end' ? before.media : before.media + 1) === media ? offset : undefined;
}

/** Where the last segment stands that the index tells of; without any, where the programme began, if anybody claims that. */
async function behind(
  kafka: Kafka,
  topic: string,
  partition: number,
  last: IndexEntry | undefined,
  claimed: StandingClaim | undefined,
): Promise<number> {
  if (last !== undefined) return (await findSegment(kafka, topic, partition, last)) ?? 0;
  if (claimed === undefined) return 0;
  return (await kafka.offsets(topic, timeBefore(claimed.began))).get(partition) ?? 0;
}

function timeBefore(milliseconds: number): { readonly time: number } {
  return { time: Math.max(0, milliseconds - margin) };
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
