/** Reads partitions by manual assignment. */
import type { Cluster } from '../cluster/cluster.ts';
import { type AssignedReading, type Consumer, type FetchedBatch, KafkaError } from '../contract.ts';
import { Reader } from './reader.ts';

export class KafkaConsumer implements Consumer {
  readonly #options: AssignedReading;
  readonly #metadataMaxAge: number;
  readonly #reader: Reader;
  readonly #closing = new AbortController();
  readonly #closed = Promise.withResolvers<void>();
  #started = false;

  /** `metadataMaxAge`: milliseconds between two looks for new partitions. */
  constructor(cluster: Cluster, options: AssignedReading, metadataMaxAge: number) {
    this.#options = options;
    this.#metadataMaxAge = metadataMaxAge;
    this.#reader = new Reader({
      cluster,
      reading: options,
      until: options.until,
      signal: this.#closing.signal,
    });
    for (const signal of [options.signal, cluster.signal]) {
      if (signal?.aborted) void this.close();
      signal?.addEventListener('abort', () => void this.close(), { signal: this.#closing.signal });
    }
  }

  /** Resolves when the consumer is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  [Symbol.asyncIterator](): AsyncIterator<FetchedBatch, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }

  async commit(): Promise<void> {
    throw new KafkaError('invalid', 'This consumer has no group. Commit its positions by Kafka.commit.');
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#closed.resolve();
    this.#reader.close();
  }

  async #next(): Promise<IteratorResult<FetchedBatch, undefined>> {
    if (!this.#started) {
      this.#started = true;
      await Promise.race([this.#start(), this.#closed.promise]);
    }
    try {
      const isClosed = () => this.#closing.signal.aborted;
      const batch = await this.#reader.take(isClosed, () => this.#isComplete());
      if (batch) return { done: false, value: batch };
      await this.close();
      return { done: true, value: undefined };
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { assignment } = this.#reader;
    if (!(await assignment.open(Math.max(-1, ...this.#options.from.keys()) + 1))) return;
    assignment.add(this.#options.from, this.#options.epochs);
    if (this.#options.newPartitions) assignment.followNewPartitions(this.#metadataMaxAge);
  }

  #isComplete(): boolean {
    const { until } = this.#options;
    if (until === undefined) return false;
    for (const [partition, end] of until) {
      const cursor = this.#reader.assignment.cursor(partition);
      if (cursor !== undefined && cursor.delivered < end) return false;
    }
    return true;
  }
}
