/**
 * The idempotent producer: queues decide what may be sent, the sender sends it, the route finder mends what broke. It owns
 * every retry of producing.
 */

import { batchSize } from '../batch.ts';
import type { Cluster } from '../cluster/cluster.ts';
import {
  type Appended,
  KafkaError,
  type NewRecord,
  type Producer,
  type ProducerOptions,
} from '../contract.ts';
import { BatchCompression } from './compression.ts';
import { compressionPlan } from './compression-plan.ts';
import { PendingBytes } from './pending-bytes.ts';
import { type Route, RouteFinder } from './route.ts';
import { Sender } from './sender.ts';

const defaultBufferBytes = 16 * 1024 * 1024;
/** `socket.request.max.bytes` of brokers, less the rest of the request: they close the connection on more. */
const largestBatch = 100 * 1024 * 1024 - 64 * 1024;

export class KafkaProducer implements Producer {
  readonly #pending: PendingBytes;
  readonly #compression: BatchCompression | undefined;
  readonly #finder: RouteFinder;
  readonly #sender: Sender;
  readonly #routes = new Map<string, Route>();
  readonly #released = Promise.withResolvers<void>();
  #closed: KafkaError | undefined;

  constructor(cluster: Cluster, options: ProducerOptions = {}) {
    this.#pending = new PendingBytes(options.bufferBytes ?? defaultBufferBytes);
    const plan = compressionPlan(options);
    this.#compression = plan && new BatchCompression(plan, this.#pending, cluster.options.logger);
    this.#finder = new RouteFinder(cluster, { compresses: plan !== undefined });
    this.#sender = new Sender(cluster, this.#finder, this.#compression);
  }

  /** Resolves once the connections are released. */
  get closed(): Promise<void> {
    return this.#released.promise;
  }

  get pendingBytes(): number {
    return this.#pending.bytes;
  }

  append(topic: string, partition: number, record: NewRecord): Promise<Appended> {
    const size = batchSize(record);
    const route = this.#route(topic, partition);
    const refusal = this.#closed ?? route.poison ?? tooLarge(size, topic, partition);
    if (refusal) return Promise.reject(refusal);
    this.#pending.add(size);
    return new Promise((resolve, reject) => {
      route.queue.append({
        record,
        size,
        resolve: (offset) => {
          this.#pending.remove(size);
          resolve({ partition, offset });
        },
        reject: (error) => {
          this.#pending.remove(size);
          reject(error);
        },
      });
      this.#sender.wake(route);
    });
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
    for (const { queue } of this.#routes.values()) queue.clear(this.#closed);
    this.#release();
  }

  #release(): void {
    this.#pending.abandon();
    this.#finder.closeLinks();
    this.#compression?.close();
    this.#released.resolve();
  }

  #route(topic: string, partition: number): Route {
    const key = `${topic}-${partition}`;
    let route = this.#routes.get(key);
    if (route === undefined) {
      route = this.#finder.newRoute(topic, partition);
      this.#routes.set(key, route);
    }
    return route;
  }
}

function tooLarge(size: number, topic: string, partition: number): KafkaError | undefined {
  if (size <= largestBatch) return undefined;
  return new KafkaError(
    'too-large',
    `A record of ${size} bytes for ${topic}-${partition} is larger than any request that brokers take.`,
  );
}
