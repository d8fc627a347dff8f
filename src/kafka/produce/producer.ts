/**
 * The idempotent producer: queues decide what may be sent, the sender sends it, the route finder mends what broke; lanes have
 * them several times over. It owns every retry of producing.
 */

import { batchSize } from '../batch.ts';
import type { Cluster } from '../cluster/cluster.ts';
import {
  type Appended,
  KafkaError,
  type NewRecord,
  type Producer,
  type ProducerOptions,
  type RecordOrder,
} from '../contract.ts';
import type { Pace } from '../pace/pace.ts';
import { BatchCompression } from './compression.ts';
import { compressionPlan } from './compression-plan.ts';
import { Lanes } from './lanes.ts';
import { LineWatch } from './line-watch.ts';
import { PendingBytes } from './pending-bytes.ts';

const defaultBufferBytes = 16 * 1024 * 1024;
/** `socket.request.max.bytes` of brokers, less the rest of the request: they close the connection on more. */
const largestBatch = 100 * 1024 * 1024 - 64 * 1024;

export class KafkaProducer implements Producer {
  readonly #pending: PendingBytes;
  readonly #compression: BatchCompression | undefined;
  readonly #lanes: Lanes;
  readonly #watch: LineWatch | undefined;
  readonly #pace: Pace | undefined;
  readonly #released = Promise.withResolvers<void>();
  #acknowledged = 0;
  #closed: KafkaError | undefined;

  /** `lanes`: so many connections to a broker, whatever the line; absent: as many as it is worth. */
  constructor(cluster: Cluster, options: ProducerOptions = {}, lanes?: number) {
    this.#pending = new PendingBytes(options.bufferBytes ?? defaultBufferBytes);
    const plan = compressionPlan(options);
    this.#compression = plan && new BatchCompression(plan, this.#pending, cluster.options.logger);
    this.#pace = cluster.options.paces?.sent;
    const { connections = 1 } = options;
    this.#lanes = new Lanes(cluster, this.#compression, connections);
    if (lanes !== undefined) this.#lanes.use(lanes);
    else if (connections > 1)
      this.#watch = new LineWatch(cluster, this.#lanes, connections, {
        acknowledged: () => this.#acknowledged,
        isMuch: () => this.#pending.isHalfFull,
      });
  }

  /** Resolves once the connections are released. */
  get closed(): Promise<void> {
    return this.#released.promise;
  }

  get recordBytes(): number {
    const ofLine = this.#watch?.recordBytes ?? Number.POSITIVE_INFINITY;
    return Math.min(ofLine, this.#pace?.recordBytes ?? ofLine);
  }

  get pendingBytes(): number {
    return this.#pending.bytes;
  }

  append(
    topic: string,
    partition: number,
    record: NewRecord,
    order: RecordOrder = 'kept',
  ): Promise<Appended> {
    const size = batchSize(record);
    const to = this.#lanes.partition(topic, partition);
    const refusal = this.#closed ?? this.#lanes.poisonOf(to) ?? tooLarge(size, topic, partition);
    if (refusal) return Promise.reject(refusal);
    this.#pending.add(size);
    return new Promise((resolve, reject) => {
      const pending = {
        record,
        size,
        resolve: (offset: number) => {
          this.#pending.remove(size);
          this.#acknowledged += size;
          resolve({ partition, offset });
        },
        reject: (error: Error) => {
          this.#pending.remove(size);
          reject(error);
        },
      };
      this.#lanes.append(to, pending, order);
      if (order !== 'kept') this.#watch?.wake();
    });
  }

  prepare(topic: string, partition: number): void {
    if (this.#closed === undefined) this.#lanes.prepare(this.#lanes.partition(topic, partition));
  }

  ready(): Promise<void> {
    return this.#pending.ready();
  }

  async close(): Promise<void> {
    this.#closed ??= new KafkaError('closed', 'The producer has been closed.');
    await this.#pending.idle();
    this.#release();
  }

  /** Rejects what is outstanding and releases the connections at once. */
  abort(): void {
    this.#closed ??= new KafkaError(
      'closed',
      'The Kafka client was closed before the record was acknowledged.',
    );
    this.#lanes.clear(this.#closed);
    this.#release();
  }

  #release(): void {
    this.#pending.abandon();
    this.#watch?.close();
    this.#lanes.closeLinks();
    this.#compression?.close();
    this.#released.resolve();
  }
}

function tooLarge(size: number, topic: string, partition: number): KafkaError | undefined {
  if (size <= largestBatch) return undefined;
  return new KafkaError(
    'too-large',
    `A record of ${size} bytes for ${topic}-${partition} is larger than any request that brokers take.`,
  );
}
