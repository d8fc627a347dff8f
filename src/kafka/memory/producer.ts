/** The memory twin's producer: acknowledges in a later turn of the event loop, as a broker would. */

import { batchSize } from '../batch.ts';
import {
  type Appended,
  KafkaError,
  type NewRecord,
  type Producer,
  type ProducerOptions,
  type RecordOrder,
} from '../contract.ts';
import type { MemoryTopics } from './topics.ts';

interface Waiting {
  readonly topic: string;
  readonly partition: number;
  readonly record: NewRecord;
  readonly size: number;
  readonly order: RecordOrder;
  readonly settled: PromiseWithResolvers<Appended>;
}

/**
 * Bytes are taken over when the append is acknowledged, so whoever changes them too early finds out. Over several connections, every
 * other time one of two records whose order is free overtakes the one before it.
 */
export class MemoryProducer implements Producer {
  readonly #topics: MemoryTopics;
  readonly #bufferBytes: number;
  readonly #overtakes: boolean;
  readonly #ids = new Map<string, string>();
  readonly #queue: Waiting[] = [];
  #pumping: Promise<void> | undefined;
  #closed = false;
  #acknowledged = 0;
  readonly recordBytes: number = Number.POSITIVE_INFINITY;
  pendingBytes = 0;

  constructor(topics: MemoryTopics, { bufferBytes = 16 * 1024 * 1024, connections = 1 }: ProducerOptions) {
    this.#topics = topics;
    this.#bufferBytes = bufferBytes;
    this.#overtakes = connections > 1;
  }

  append(
    topic: string,
    partition: number,
    record: NewRecord,
    order: RecordOrder = 'kept',
  ): Promise<Appended> {
    if (this.#closed) return Promise.reject(closedError());
    const size = batchSize(record);
    const settled = Promise.withResolvers<Appended>();
    this.pendingBytes += size;
    this.#queue.push({ topic, partition, record, size, order, settled });
    this.#pumping ??= this.#pump();
    return settled.promise;
  }

  /** Nothing is far away here. */
  prepare(): void {}

  async ready(): Promise<void> {
    while (this.pendingBytes >= this.#bufferBytes && !this.#closed) await this.#topics.bell.next;
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#pumping !== undefined) await this.#pumping;
    this.#topics.bell.ring();
  }

  /** Gives up what waits, as a client does that is closed while the cluster is away. */
  abandon(): void {
    this.#closed = true;
    for (const { settled, size } of this.#queue.splice(0)) {
      this.pendingBytes -= size;
      settled.reject(closedError());
    }
    this.#topics.bell.ring();
  }

  async #pump(): Promise<void> {
    await new Promise(setImmediate);
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const bell = this.#topics.bell.next;
      if (this.#topics.running) {
        const at = this.#mayOvertake(next, this.#queue[1]) ? 1 : 0;
        this.#acknowledge(this.#queue.splice(at, 1)[0]!);
      } else {
        await bell;
      }
    }
    this.#pumping = undefined;
  }

  #mayOvertake(first: Waiting, second: Waiting | undefined): boolean {
    if (!this.#overtakes || first.order === 'kept' || (second?.order ?? 'kept') === 'kept') return false;
    this.#acknowledged += 1;
    return this.#acknowledged % 2 === 1;
  }

  #acknowledge({ topic: name, partition, record, size, settled }: Waiting): void {
    this.pendingBytes -= size;
    try {
      const topic = this.#topics.topic(name, this.#ids.get(name));
      this.#ids.set(name, topic.id);
      const limit = Number(topic.config.get('max.message.bytes'));
      if (size > limit) {
        throw new KafkaError(
          'too-large',
          `A batch of ${size} bytes exceeds max.message.bytes of topic ${name} (${limit}). Make it smaller.`,
        );
      }
      settled.resolve({ partition, offset: this.#topics.append(topic, partition, record) });
    } catch (error) {
      settled.reject(error);
    }
    this.#topics.bell.ring();
  }
}

/** The refusal of whatever has been closed. */
export function closedError(): KafkaError {
  return new KafkaError('closed', 'The Kafka client has been closed.');
}
