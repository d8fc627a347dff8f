/**
 * The memory twin: a cluster of one broker in this process, for fast tests of what stands above Kafka. It passes the
 * same `test/contracts/kafka.ts` as the real client, and it is stricter in one point: the memory of a released batch
 * is overwritten.
 */
import type { Kafka } from './contract.ts';
import { type Denied, MemoryClient } from './memory/client.ts';
import { cutLog, emptyLog, indexAt, MemoryTopics } from './memory/topics.ts';

export type { Denied } from './memory/client.ts';
export { poison } from './memory/reader.ts';

export interface MemoryClusterOptions {
  /** `max.message.bytes` of topics that do not set it. Default: Kafka's own 1,048,588. */
  readonly maxMessageBytes?: number;
  /** The clock of record times, milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A cluster in memory, and what its administrator can do to it. */
export interface MemoryCluster {
  /** A client of its own; `denied` is what its ACLs refuse. */
  client(options?: { readonly denied?: Iterable<Denied> }): Kafka;
  /** Adds `count` empty partitions. */
  addPartitions(topic: string, count: number): void;
  /** Removes the records before an offset, as retention or DeleteRecords do. */
  deleteRecords(topic: string, partition: number, before: number): void;
  /** Removes the records from an offset on, as an unclean election does, or a broker that came back from a backup. */
  cutLog(topic: string, partition: number, end: number): void;
  /** Keeps only the newest record of each key, as the log cleaner does; offsets stay, so gaps remain. */
  compact(topic: string): void;
  /** Sets a topic's configuration, e.g. a lower `max.message.bytes`. */
  configure(topic: string, config: Readonly<Record<string, string>>): void;
  /** Removes the topic with its records and committed positions. */
  deleteTopic(topic: string): void;
  /** Forgets what a group has committed, as Kafka does after `offsets.retention.minutes` without a sign of life. */
  forgetPositions(group: string): void;
  /** How many members a consumer group has. */
  members(group: string): number;
  /** A client's process stands still: its groups go on without it. Call the result when it goes on. */
  freeze(client: Kafka): () => void;
  /** From now on nothing is answered: every request waits, as while all brokers are down. */
  stop(): void;
  /** Ends `stop`; what waited goes on. */
  start(): void;
}

/** An empty cluster. */
export function createMemoryCluster(options: MemoryClusterOptions = {}): MemoryCluster {
  const topics = new MemoryTopics(options.maxMessageBytes ?? 1_048_588, options.now ?? Date.now);
  return {
    client({ denied = [] } = {}) {
      return new MemoryClient(topics, denied);
    },
    addPartitions(topic, count) {
      topics.topic(topic).logs.push(...Array.from({ length: count }, emptyLog));
      topics.bell.ring();
    },
    deleteRecords(topic, partition, before) {
      const log = topics.log(topics.topic(topic), partition);
      log.start = Math.min(Math.max(log.start, before), log.end);
      log.records.splice(0, indexAt(log.records, log.start));
      topics.bell.ring();
    },
    cutLog(topic, partition, end) {
      cutLog(topics.log(topics.topic(topic), partition), end);
      topics.bell.ring();
    },
    compact(topic) {
      for (const log of topics.topic(topic).logs) {
        const newest = new Map(log.records.map(({ key, offset }) => [hex(key), offset]));
        log.records = log.records.filter(({ key, offset }) => newest.get(hex(key)) === offset);
      }
    },
    configure(topic, config) {
      for (const [name, value] of Object.entries(config)) topics.topic(topic).config.set(name, value);
    },
    deleteTopic(topic) {
      topics.topics.delete(topic);
      for (const group of topics.positions.values()) group.delete(topic);
      topics.bell.ring();
    },
    forgetPositions(group) {
      topics.positions.delete(group);
    },
    members(group) {
      return topics.group(group).size;
    },
    freeze(client) {
      if (!(client instanceof MemoryClient)) throw new TypeError('this client is not of a memory cluster');
      return client.freeze();
    },
    stop() {
      topics.running = false;
    },
    start() {
      topics.running = true;
      topics.bell.ring();
    },
  };
}

function hex(key: Uint8Array | null): string {
  return key === null ? '' : Buffer.from(key).toString('hex');
}
