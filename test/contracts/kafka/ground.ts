/** What the contract's tests stand on: a client of a cluster, and an administrator of the same cluster. */
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type {
  Appended,
  ConsumedRecord,
  ConsumerOptions,
  Kafka,
  Producer,
} from '../../../src/kafka/contract.ts';

export interface Ground {
  /** A client of its own, closed by `open`'s `t.after`. New partitions are noticed within a second or so. */
  readonly kafka: Kafka;
  /** Kafka's administration that Sluice itself does not need. */
  addPartitions(topic: string, count: number): Promise<void>;
  deleteRecords(topic: string, partition: number, before: number): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  /** How many members a consumer group has, those that are just joining included. */
  members(group: string): Promise<number>;
}

export type OpenGround = (t: TestContext) => Promise<Ground>;

/** Creates a topic of its own for a test. */
export async function freshTopic(
  { kafka }: Ground,
  partitions = 1,
  config: Readonly<Record<string, string>> = {},
): Promise<string> {
  const name = `contract-${randomUUID()}`;
  await kafka.createTopic({ name, partitions, replicationFactor: 1, config });
  return name;
}

/** Appends texts to a partition, all at once. */
export function appendTexts(
  producer: Producer,
  topic: string,
  partition: number,
  texts: readonly string[],
): Promise<Appended[]> {
  return Promise.all(texts.map((text) => producer.append(topic, partition, { value: Buffer.from(text) })));
}

/** A record that outlives its batch. */
export interface ReadRecord extends ConsumedRecord {
  readonly partition: number;
  readonly text: string;
}

/** Reads until the iteration ends, or `limit` records are there; releases every batch. */
export async function readAll(
  kafka: Kafka,
  options: ConsumerOptions,
  limit = Infinity,
): Promise<ReadRecord[]> {
  const read: ReadRecord[] = [];
  for await (const batch of kafka.consumer(options)) {
    read.push(...batch.records.map((record) => keep(record, batch.partition)));
    batch.release();
    if (read.length >= limit) break;
  }
  return read;
}

/** From the first record of each partition to its present end. */
export async function readTopic(kafka: Kafka, topic: string): Promise<ReadRecord[]> {
  const from = await kafka.offsets(topic, 'earliest');
  return readAll(kafka, { topic, from, until: await kafka.offsets(topic, 'latest') });
}

function keep(record: ConsumedRecord, partition: number): ReadRecord {
  const copy = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes));
  const value = copy(record.value);
  return {
    ...record,
    partition,
    key: copy(record.key),
    value,
    headers: record.headers.map(([name, bytes]) => [name, Buffer.from(bytes)]),
    text: value?.toString() ?? '',
  };
}
