/** The memory twin's consumer. A released batch is overwritten, so that its use after release cannot go unseen. */
import {
  type ConsumedRecord,
  type Consumer,
  type ConsumerOptions,
  type FetchedBatch,
  KafkaError,
} from '../contract.ts';
import { indexAt, type MemoryLog, type MemoryTopic, type MemoryTopics, type StoredRecord } from './topics.ts';

/** What fills the memory of a released batch. */
export const poison = 0xdb;

const maxHeaders = 64;
const maxBatchBytes = 1024 * 1024;

export class MemoryConsumer implements Consumer {
  readonly #topics: MemoryTopics;
  readonly #options: ConsumerOptions;
  readonly #bufferBytes: number;
  readonly #positions: Map<number, number>;
  #topicId: string | undefined;
  #heldBytes = 0;
  #closed = false;

  constructor(topics: MemoryTopics, options: ConsumerOptions) {
    this.#topics = topics;
    this.#options = options;
    this.#bufferBytes = options.bufferBytes ?? 32 * 1024 * 1024;
    this.#positions = new Map(options.from);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#topics.bell.ring();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FetchedBatch, void, undefined> {
    const { signal } = this.#options;
    const ring = () => this.#topics.bell.ring();
    signal?.addEventListener('abort', ring);
    try {
      let last = -1;
      while (!this.#closed && !signal?.aborted) {
        const bell = this.#topics.bell.next;
        // A broker never answers in the same turn: readers must not come to rely on it.
        await new Promise(setImmediate);
        if (this.#closed || signal?.aborted) return;
        const batch = this.#topics.running ? this.#fetch(last) : undefined;
        if (batch !== undefined) {
          last = batch.partition;
          yield batch;
        } else if (this.#reachedEnd()) {
          return;
        } else {
          await bell;
        }
      }
    } finally {
      signal?.removeEventListener('abort', ring);
      this.#closed = true;
    }
  }

  #reachedEnd(): boolean {
    const { until } = this.#options;
    if (until === undefined) return false;
    return [...until].every(([partition, end]) => (this.#positions.get(partition) ?? end) >= end);
  }

  /** The next batch, of the partitions after `last` first, so that each has its turn. */
  #fetch(last: number): FetchedBatch | undefined {
    const topic = this.#topics.topic(this.#options.topic, this.#topicId);
    this.#topicId = topic.id;
    if (this.#options.newPartitions) this.#takeNewPartitions(topic);
    const partitions = [...this.#positions.keys()].sort((a, b) => a - b);
    const following = partitions.findIndex((partition) => partition > last);
    const order =
      following < 0 ? partitions : [...partitions.slice(following), ...partitions.slice(0, following)];
    for (const partition of order) {
      const batch = this.#fetchPartition(partition, this.#topics.log(topic, partition));
      if (batch !== undefined) return batch;
    }
    return undefined;
  }

  #takeNewPartitions(topic: MemoryTopic): void {
    const known = Math.max(-1, ...this.#positions.keys());
    for (let partition = known + 1; partition < topic.logs.length; partition++) {
      this.#positions.set(partition, this.#topics.log(topic, partition).start);
    }
  }

  #fetchPartition(partition: number, log: MemoryLog): FetchedBatch | undefined {
    const from = this.#position(partition, log);
    const end = Math.min(log.end, this.#options.until?.get(partition) ?? Infinity);
    if (from >= end) return undefined;
    const first = indexAt(log.records, from);
    const stored = log.records.slice(first, first + this.#take(log.records, first, end));
    const bytes = stored.reduce((sum, record) => sum + record.bytes, 0);
    const next = log.records[first + stored.length]?.offset ?? log.end;
    if (stored.length === 0 && next < end) return undefined;
    const nextOffset = Math.min(next, end);
    this.#positions.set(partition, nextOffset);
    return this.#batch(stored, bytes, {
      partition,
      nextOffset,
      highWatermark: log.end,
      logStartOffset: log.start,
    });
  }

  /** How many records from `first` on fit; one always does when nothing is held. */
  #take(records: readonly StoredRecord[], first: number, end: number): number {
    const room = this.#bufferBytes - this.#heldBytes;
    let count = 0;
    let bytes = 0;
    for (let record = records[first]; record !== undefined; record = records[first + count]) {
      bytes += record.bytes;
      const alone = count === 0 && this.#heldBytes === 0;
      const fits = bytes <= room && (count === 0 || bytes <= maxBatchBytes);
      if (record.offset >= end || !(alone || fits)) break;
      count++;
    }
    return count;
  }

  #position(partition: number, log: MemoryLog): number {
    const from = this.#positions.get(partition)!;
    if (from >= log.start && from <= log.end) return from;
    const { topic, onGap } = this.#options;
    if (onGap === undefined || from > log.end) {
      throw new KafkaError(
        'out-of-range',
        `Offset ${from} of ${topic}-${partition} is not there: the partition holds ${log.start} to ${log.end}.`,
      );
    }
    this.#positions.set(partition, log.start);
    onGap({ partition, from, earliest: log.start });
    return log.start;
  }

  #batch(
    stored: readonly StoredRecord[],
    bytes: number,
    place: Omit<FetchedBatch, 'records' | 'release'>,
  ): FetchedBatch {
    const memory = Buffer.alloc(bytes);
    let used = 0;
    const view = (source: Uint8Array): Uint8Array => {
      memory.set(source, used);
      used += source.length;
      return memory.subarray(used - source.length, used);
    };
    const records = stored.map(
      (record): ConsumedRecord => ({
        offset: record.offset,
        timestamp: record.timestamp,
        key: record.key === null ? null : view(record.key),
        headers: record.headers.slice(0, maxHeaders).map(([name, value]) => [name, view(value)] as const),
        headerCount: record.headers.length,
        value: record.value === null ? null : view(record.value),
      }),
    );
    this.#heldBytes += bytes;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      memory.fill(poison);
      this.#heldBytes -= bytes;
      this.#topics.bell.ring();
    };
    return { ...place, records, release };
  }
}
