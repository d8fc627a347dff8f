/** Reads a stream's entries of `L.index`: all that stand there, and then those that come. */
import { FormatError } from '../../errors.ts';
import type { AssignedReading, ConsumedRecord, Kafka } from '../../kafka/contract.ts';
import { indexTopicOf } from '../../live/topics.ts';
import { decodeIndexEntry, type IndexEntry } from '../../records/live-index.ts';

export interface EntriesOptions {
  readonly kafka: Kafka;
  /** The media topic, and the stream's partition of it. */
  readonly topic: string;
  readonly partition: number;
  readonly stream: string;
  readonly signal: AbortSignal;
}

/** First one list of all that stood there, which may be empty; then what comes, some at a time. Ends by the signal. */
export async function* readEntries(options: EntriesOptions): AsyncGenerator<readonly IndexEntry[]> {
  const { kafka, signal } = options;
  const topic = indexTopicOf(options.topic);
  const partitions = (await kafka.describeTopic(topic))?.partitions ?? 1;
  const partition = options.partition % partitions;
  const begin = (await kafka.offsets(topic, 'earliest')).get(partition) ?? 0;
  const end = (await kafka.offsets(topic, 'latest')).get(partition) ?? 0;
  const standing: IndexEntry[] = [];
  const from = (offset: number) => ({ topic, from: new Map([[partition, offset]]), signal });
  if (begin < end) {
    const until = new Map([[partition, end]]);
    for await (const entries of read(options, { ...from(begin), until })) standing.push(...entries);
  }
  if (signal.aborted) return;
  yield standing;
  yield* read(options, from(end));
}

async function* read(
  { kafka, stream }: EntriesOptions,
  reading: AssignedReading,
): AsyncGenerator<readonly IndexEntry[]> {
  for await (const batch of kafka.consumer({ ...reading, onGap: () => {}, onCut: () => {} })) {
    const entries = batch.records.flatMap((record) => entryOf(record, stream));
    batch.release();
    if (entries.length > 0) yield entries;
  }
}

/** None: of another stream, or not what the format says; readers pass it over. */
function entryOf(record: ConsumedRecord, stream: string): IndexEntry[] {
  if (record.key === null || Buffer.from(record.key).toString() !== stream) return [];
  try {
    return [decodeIndexEntry(record)];
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}
