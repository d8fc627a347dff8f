/** The memory twin's consumer by manual assignment. */
import { type AssignedReading, type Consumer, type FetchedBatch, KafkaError } from '../contract.ts';
import { MemoryReader } from './reader.ts';
import type { MemoryTopics } from './topics.ts';

export class MemoryConsumer implements Consumer {
  readonly #topics: MemoryTopics;
  readonly #options: AssignedReading;
  readonly #reader: MemoryReader;
  #closed = false;

  constructor(topics: MemoryTopics, options: AssignedReading) {
    this.#topics = topics;
    this.#options = options;
    this.#reader = new MemoryReader(topics, options);
    for (const [partition, offset] of options.from) this.#reader.positions.set(partition, offset);
  }

  async commit(): Promise<void> {
    throw new KafkaError('invalid', 'This consumer has no group. Commit its positions by Kafka.commit.');
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
      while (!this.#closed && !signal?.aborted) {
        const bell = this.#topics.bell.next;
        // A broker never answers in the same turn: readers must not come to rely on it.
        await new Promise(setImmediate);
        if (this.#closed || signal?.aborted) return;
        const batch = this.#topics.running ? this.#fetch() : undefined;
        if (batch !== undefined) yield batch;
        else if (this.#reachedEnd()) return;
        else await bell;
      }
    } finally {
      signal?.removeEventListener('abort', ring);
      this.#closed = true;
    }
  }

  #reachedEnd(): boolean {
    const { until } = this.#options;
    if (until === undefined) return false;
    return [...until].every(([partition, end]) => (this.#reader.positions.get(partition) ?? end) >= end);
  }

  #fetch(): FetchedBatch | undefined {
    if (this.#options.newPartitions) this.#takeNewPartitions();
    return this.#reader.fetch();
  }

  #takeNewPartitions(): void {
    const topic = this.#reader.topic();
    const known = Math.max(-1, ...this.#reader.positions.keys());
    for (let partition = known + 1; partition < topic.logs.length; partition++) {
      this.#reader.positions.set(partition, this.#topics.log(topic, partition).start);
    }
  }
}
