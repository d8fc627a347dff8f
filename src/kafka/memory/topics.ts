/** What the memory twin's cluster holds: topics, their logs, and the committed positions. */
import { randomUUID } from 'node:crypto';
import {
  type EpochRun,
  type GroupListing,
  type Header,
  KafkaError,
  type NewRecord,
  type NewTopic,
  type Position,
} from '../contract.ts';
import { Epochs } from '../epochs.ts';
import { Bell } from './bell.ts';
import { MemoryGroup } from './groups.ts';

/** A record at rest; its bytes belong to the log alone. */
export interface StoredRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly headers: readonly Header[];
  readonly value: Uint8Array | null;
  /** Bytes of key, headers and value. */
  readonly bytes: number;
}

/** One partition: records in offset order, with gaps after compaction, between `start` and `end`. */
export interface MemoryLog {
  records: StoredRecord[];
  start: number;
  end: number;
  /** Where it has been cut, one after the other. */
  readonly cuts: number[];
  /** Under which leaders' epochs it was written. */
  epochs: EpochRun[];
}

export interface MemoryTopic {
  readonly name: string;
  readonly id: string;
  readonly config: Map<string, string>;
  readonly logs: MemoryLog[];
}

/** Kafka's own defaults; a topic takes these properties and no others. */
const defaultConfig: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'compression.type': 'producer',
  'delete.retention.ms': '86400000',
  'max.compaction.lag.ms': '9223372036854775807',
  'max.message.bytes': '1048588',
  'message.timestamp.after.max.ms': '3600000',
  'message.timestamp.before.max.ms': '9223372036854775807',
  'message.timestamp.type': 'CreateTime',
  'min.cleanable.dirty.ratio': '0.5',
  'min.compaction.lag.ms': '0',
  'min.insync.replicas': '1',
  'retention.bytes': '-1',
  'retention.ms': '604800000',
  'segment.bytes': '1073741824',
  'segment.ms': '604800000',
};

/** The state that all clients of one memory cluster share. */
export class MemoryTopics {
  readonly clusterId: string = randomUUID();
  readonly bell = new Bell();
  readonly topics: Map<string, MemoryTopic> = new Map();
  /** `group`, then topic, then partition. */
  readonly positions: Map<string, Map<string, Map<number, Position>>> = new Map();
  readonly #groups = new Map<string, MemoryGroup>();
  readonly #maxMessageBytes: number;
  readonly #now: () => number;
  /** False while the cluster is stopped: requests wait. */
  running = true;

  constructor(maxMessageBytes: number, now: () => number) {
    this.#maxMessageBytes = maxMessageBytes;
    this.#now = now;
  }

  /** Rejects `unknown-topic`, and `topic-recreated` when the topic is not the one of `id`. */
  topic(name: string, id?: string): MemoryTopic {
    const topic = this.topics.get(name);
    if (topic === undefined) throw new KafkaError('unknown-topic', `There is no topic ${name}. Create it.`);
    if (id !== undefined && topic.id !== id) {
      throw new KafkaError('topic-recreated', `Topic ${name} was deleted and created again. Start anew.`);
    }
    return topic;
  }

  log(topic: MemoryTopic, partition: number): MemoryLog {
    const log = topic.logs[partition];
    if (log !== undefined) return log;
    throw new KafkaError('unknown-topic', `Topic ${topic.name} has no partition ${partition}.`);
  }

  /** The group of this name, which may have no members. */
  group(name: string): MemoryGroup {
    const group =
      this.#groups.get(name) ??
      new MemoryGroup(this.bell, (topic) => this.topics.get(topic)?.logs.length ?? 0);
    this.#groups.set(name, group);
    return group;
  }

  /** Those that have members, or have committed. */
  groups(): readonly GroupListing[] {
    const names = new Set([...this.positions.keys(), ...this.#groups.keys()]);
    return [...names]
      .map((group) => ({ group, hasMembers: (this.#groups.get(group)?.size ?? 0) > 0 }))
      .filter(({ group, hasMembers }) => hasMembers || this.positions.has(group));
  }

  /** Keeps positions of a group. Rejects `unknown-topic`. */
  commit(group: string, name: string, positions: ReadonlyMap<number, Position>): void {
    const topic = this.topic(name);
    for (const partition of positions.keys()) this.log(topic, partition);
    const topics = this.positions.get(group) ?? new Map<string, Map<number, Position>>();
    this.positions.set(group, topics);
    topics.set(name, new Map([...(topics.get(name) ?? []), ...positions]));
  }

  create({ name, partitions, replicationFactor, config = {} }: NewTopic): void {
    if (!/^[\w.-]{1,249}$/.test(name) || name === '.' || name === '..') {
      throw new KafkaError('invalid', `Topic ${name} cannot be created: use 1 to 249 of a-z A-Z 0-9 . _ -`);
    }
    if (this.topics.has(name)) return;
    if (replicationFactor > 1) {
      throw new KafkaError(
        'invalid',
        `Topic ${name} cannot have replication factor ${replicationFactor}: the cluster has 1 broker.`,
      );
    }
    const wrong = Object.entries(config).find(([property, value]) => !accepts(property, value));
    if (wrong !== undefined) {
      throw new KafkaError('invalid', `Topic ${name} cannot have ${wrong[0]}=${wrong[1]}. Correct it.`);
    }
    const entries = { ...defaultConfig, 'max.message.bytes': String(this.#maxMessageBytes), ...config };
    this.topics.set(name, {
      name,
      id: randomUUID(),
      config: new Map(Object.entries(entries)),
      logs: Array.from({ length: partitions === -1 ? 1 : partitions }, emptyLog),
    });
    this.bell.ring();
  }

  append(topic: MemoryTopic, partition: number, record: NewRecord): number {
    const log = this.log(topic, partition);
    if (record.key == null && topic.config.get('cleanup.policy')?.includes('compact')) {
      throw new KafkaError('invalid', `Topic ${topic.name} is compacted: its records need a key.`);
    }
    const stored = store(record, log.end, this.#now());
    log.records.push(stored);
    log.end = stored.offset + 1;
    this.bell.ring();
    return stored.offset;
  }
}

function accepts(property: string, value: string): boolean {
  if (property === 'cleanup.policy') return /^(delete|compact|delete,compact|compact,delete)$/.test(value);
  return property in defaultConfig;
}

/** An empty partition. */
export function emptyLog(): MemoryLog {
  return { records: [], start: 0, end: 0, cuts: [], epochs: [[0, 0]] };
}

/** Removes the records from an offset on; another leader writes what comes then. */
export function cutLog(log: MemoryLog, end: number): void {
  log.end = Math.max(log.start, Math.min(log.end, end));
  log.records.splice(indexAt(log.records, log.end));
  log.cuts.push(log.end);
  const [epoch] = log.epochs.at(-1)!;
  log.epochs = [...log.epochs.filter(([, from]) => from < log.end), [epoch + 1, log.end]];
}

/** Up to where the log is as it was read; -1 where it has not come to the epoch yet. Undefined when nothing is known of what was read. */
export function agreementOf(log: MemoryLog, read: readonly EpochRun[]): number | undefined {
  const epochs = new Epochs(read);
  if (epochs.last < 0) return undefined;
  if (epochs.last > log.epochs.at(-1)![0]) return -1;
  const next = log.epochs.findIndex(([epoch]) => epoch > epochs.last);
  const end = next < 0 ? log.end : log.epochs[next]![1];
  return epochs.agreement((next < 0 ? log.epochs.at(-1) : log.epochs[next - 1])?.[0] ?? epochs.last, end);
}

/** The index of the first record at or after `offset`. */
export function indexAt(records: readonly StoredRecord[], offset: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle]!.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function store(record: NewRecord, offset: number, timestamp: number): StoredRecord {
  const { key, headers = [], value } = record;
  const pieces = value === null ? [] : value instanceof Uint8Array ? [value] : value;
  const stored = {
    offset,
    timestamp,
    key: key == null ? null : Buffer.from(key),
    headers: headers.map(([name, bytes]) => [name, Buffer.from(bytes)] as const),
    value: value === null ? null : Buffer.concat(pieces),
  };
  const headerBytes = stored.headers.reduce((sum, [name, bytes]) => sum + name.length + bytes.length, 0);
  return { ...stored, bytes: (stored.key?.length ?? 0) + headerBytes + (stored.value?.length ?? 0) };
}
