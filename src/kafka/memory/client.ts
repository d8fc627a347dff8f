/** The memory twin's client. */

import { readByConsumer } from '../consume/read-to-end.ts';
import {
  type ClusterDescription,
  type ConsumedRecord,
  type Consumer,
  type ConsumerOptions,
  type EpochRun,
  type GroupListing,
  type Kafka,
  KafkaError,
  type NewTopic,
  type OffsetAt,
  type Position,
  type Producer,
  type ProducerOptions,
  type TopicDescription,
} from '../contract.ts';
import { compressionPlan } from '../produce/compression-plan.ts';
import { MemoryConsumer } from './consumer.ts';
import { MemoryGroupConsumer } from './group-consumer.ts';
import { closedError, MemoryProducer } from './producer.ts';
import { agreementOf, type MemoryLog, type MemoryTopic, type MemoryTopics } from './topics.ts';

/** What ACLs can take from a client. */
export type Denied = 'create-topic' | 'describe-configs' | 'describe-cluster';

export class MemoryClient implements Kafka {
  readonly #topics: MemoryTopics;
  readonly #denied: ReadonlySet<Denied>;
  readonly #producers = new Set<MemoryProducer>();
  readonly #consumers = new Set<MemoryConsumer | MemoryGroupConsumer>();
  #closed = false;
  /** Settles when the process goes on. */
  #frozen: Promise<void> | undefined;

  constructor(topics: MemoryTopics, denied: Iterable<Denied>) {
    this.#topics = topics;
    this.#denied = new Set(denied);
  }

  /** The process stands still; call the result when it goes on. */
  freeze(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#frozen = promise;
    for (const consumer of this.#consumers)
      if (consumer instanceof MemoryGroupConsumer) consumer.freeze(promise);
    return () => {
      this.#frozen = undefined;
      resolve();
    };
  }

  async describeCluster(): Promise<ClusterDescription> {
    await this.#answer();
    const broker = { id: 1, host: 'memory', port: 9092, rack: undefined };
    return { clusterId: this.#topics.clusterId, brokers: [broker] };
  }

  async describeTopic(name: string): Promise<TopicDescription | undefined> {
    await this.#answer();
    const topic = this.#topics.topics.get(name);
    if (topic === undefined) return undefined;
    const readable = this.#denied.has('describe-configs') ? new Map<string, string>() : topic.config;
    const limit = readable.get('max.message.bytes');
    return {
      name,
      id: topic.id,
      partitions: topic.logs.length,
      replicationFactor: 1,
      maxMessageBytes: limit === undefined ? undefined : Number(limit),
      config: Object.fromEntries(readable),
    };
  }

  async createTopic(topic: NewTopic): Promise<TopicDescription> {
    await this.#answer();
    if (this.#denied.has('create-topic') && !this.#topics.topics.has(topic.name)) {
      throw new KafkaError('unauthorized', `This client may not create topic ${topic.name}. Ask for CREATE.`);
    }
    this.#topics.create(topic);
    return (await this.describeTopic(topic.name))!;
  }

  async listTopics(): Promise<readonly string[]> {
    await this.#answer();
    return [...this.#topics.topics.keys()].filter((name) => !name.startsWith('__'));
  }

  async listGroups(): Promise<readonly GroupListing[]> {
    await this.#answer();
    return this.#topics.groups();
  }

  async logBytes(
    names: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<number, number>> | undefined> {
    await this.#answer();
    if (this.#denied.has('describe-cluster')) return undefined;
    const bytesOf = ({ logs }: MemoryTopic) =>
      new Map(logs.map(({ records }, index) => [index, records.reduce((sum, { bytes }) => sum + bytes, 0)]));
    const found = names.flatMap((name) => this.#topics.topics.get(name) ?? []);
    return new Map(found.map((topic) => [topic.name, bytesOf(topic)]));
  }

  async offsets(name: string, at: OffsetAt): Promise<ReadonlyMap<number, number>> {
    await this.#answer();
    return new Map(this.#topics.topic(name).logs.map((log, partition) => [partition, offsetAt(log, at)]));
  }

  async agreement(
    name: string,
    read: ReadonlyMap<number, readonly EpochRun[]>,
  ): Promise<ReadonlyMap<number, number>> {
    await this.#answer();
    const topic = this.#topics.topic(name);
    const agreed = [...read].flatMap(([partition, epochs]) => {
      const at = agreementOf(this.#topics.log(topic, partition), epochs);
      return at === undefined ? [] : [[partition, Math.max(0, at)] as const];
    });
    return new Map(agreed);
  }

  async committed(group: string, topic: string): Promise<ReadonlyMap<number, Position>> {
    await this.#answer();
    return new Map(this.#topics.positions.get(group)?.get(topic));
  }

  async commit(group: string, name: string, positions: ReadonlyMap<number, Position>): Promise<void> {
    await this.#answer();
    if (this.#topics.group(group).size > 0) {
      throw new KafkaError('fenced', `Group ${group} has members; they alone commit its positions.`);
    }
    this.#topics.commit(group, name, positions);
  }

  async readToEnd(
    topic: string,
    partition: number,
    from: number,
    each: (record: ConsumedRecord) => void,
  ): Promise<number> {
    return readByConsumer(this, topic, partition, from, each);
  }

  /** Its log keeps records, not batches: compression is checked for being a known one, and changes nothing. */
  producer(options: ProducerOptions = {}): Producer {
    compressionPlan(options);
    const producer = new MemoryProducer(this.#topics, options);
    if (this.#closed) producer.abandon();
    this.#producers.add(producer);
    return producer;
  }

  consumer(options: ConsumerOptions): Consumer {
    const consumer =
      options.group === undefined
        ? new MemoryConsumer(this.#topics, options)
        : new MemoryGroupConsumer(this.#topics, options);
    if (this.#frozen !== undefined && consumer instanceof MemoryGroupConsumer) consumer.freeze(this.#frozen);
    if (this.#closed) void consumer.close();
    this.#consumers.add(consumer);
    return consumer;
  }

  async close(): Promise<void> {
    this.#closed = true;
    // The real client gives up what waits, too: whoever wants it acknowledged closes the producer first.
    for (const producer of this.#producers) producer.abandon();
    await Promise.all(
      [...this.#consumers].map((consumer) =>
        consumer instanceof MemoryGroupConsumer ? consumer.abandon() : consumer.close(),
      ),
    );
  }

  async #answer(): Promise<void> {
    do {
      const bell = this.#topics.bell.next;
      await new Promise(setImmediate);
      if (this.#closed) throw closedError();
      if (!this.#topics.running) await bell;
    } while (!this.#topics.running);
  }
}

function offsetAt(log: MemoryLog, at: OffsetAt): number {
  if (at === 'earliest') return log.start;
  if (at === 'latest') return log.end;
  return log.records.find((record) => record.timestamp >= at.time)?.offset ?? log.end;
}
