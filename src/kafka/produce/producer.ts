/**
 * The idempotent producer: lanes decide what may be sent, this file sends it to the partitions' leaders and mends a lane
 * that has failed. It owns every retry of producing.
 */

import { ask } from '../api.ts';
import { batchSize } from '../batch.ts';
import type { Backoff } from '../cluster/backoff.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { StalledConnection } from '../cluster/connection.ts';
import { Code, check, errorOf, mayPass, NetworkFailure, NotNow, translate } from '../cluster/failures.ts';
import type { Link } from '../cluster/link.ts';
import { Api } from '../cluster/versions.ts';
import { initProducerIdV4 } from '../codecs.ts';
import {
  type Appended,
  KafkaError,
  type NewRecord,
  type Producer,
  type ProducerOptions,
} from '../contract.ts';
import type { Frame } from '../wire/frame-pool.ts';
import { decodeProduce, encodeProduce, type ProduceResult } from '../wire/produce.ts';
import { type Batch, Lane, type ProducerIdentity } from './lane.ts';

/** A partition that is written to. */
interface Route {
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
  readonly backoff: Backoff;
  /** The link to the leader; undefined while the route is being mended. */
  link: Link | undefined;
  mending: boolean;
  topicId: string | undefined;
  /** It has had an id: the next one must be new, for numbers of the old one may stand on the partition. */
  identified: boolean;
  missingSince: number | undefined;
  poison: KafkaError | undefined;
}

interface Sent {
  readonly route: Route;
  readonly batch: Batch;
}

const defaultBufferBytes = 16 * 1024 * 1024;
/** Batches of several partitions are sent together up to here; a larger one goes alone. */
const requestBytes = 1024 * 1024;
/** `socket.request.max.bytes` of brokers, less the rest of the request: they close the connection on more. */
const largestBatch = 100 * 1024 * 1024 - 64 * 1024;
/** How long a topic that was there may be unknown to the cluster before its records are given up. */
const missingGraceMs = 5000;

let producers = 0;

export class KafkaProducer implements Producer {
  readonly #cluster: Cluster;
  readonly #bufferBytes: number;
  readonly #purpose = `produce-${++producers}`;
  readonly #routes = new Map<string, Route>();
  readonly #active = new Set<Route>();
  readonly #links = new Set<Link>();
  readonly #blocked: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #identity: Promise<ProducerIdentity> | undefined;
  #pendingBytes = 0;
  #flushing = false;
  #waking = false;
  #patience = 1;
  #closed: KafkaError | undefined;

  constructor(cluster: Cluster, options: ProducerOptions = {}) {
    this.#cluster = cluster;
    this.#bufferBytes = options.bufferBytes ?? defaultBufferBytes;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  append(topic: string, partition: number, record: NewRecord): Promise<Appended> {
    const size = batchSize(record);
    const route = this.#route(topic, partition);
    const refusal = this.#closed ?? route.poison ?? tooLarge(size, topic, partition);
    if (refusal) return Promise.reject(refusal);
    this.#pendingBytes += size;
    return new Promise((resolve, reject) => {
      route.lane.append({
        record,
        size,
        resolve: (offset) => {
          this.#settled(size);
          resolve({ partition, offset });
        },
        reject: (error) => {
          this.#settled(size);
          reject(error);
        },
      });
      this.#active.add(route);
      this.#schedule();
    });
  }

  ready(): Promise<void> {
    if (this.#pendingBytes < this.#bufferBytes || this.#closed) return Promise.resolve();
    return new Promise((resolve) => this.#blocked.push(resolve));
  }

  async close(): Promise<void> {
    this.#closed ??= new KafkaError('closed', 'The producer has been closed.');
    if (this.#pendingBytes > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    for (const { connection } of this.#links) connection.close();
  }

  /** Rejects what is outstanding and releases the connections at once. */
  abort(): void {
    this.#closed ??= new KafkaError(
      'closed',
      'The Kafka client was closed before the record was acknowledged.',
    );
    for (const route of this.#routes.values()) route.lane.clear(this.#closed);
    for (const { connection } of this.#links) connection.close();
    this.#wake();
  }

  #route(topic: string, partition: number): Route {
    const key = `${topic}-${partition}`;
    let route = this.#routes.get(key);
    if (route === undefined) {
      route = {
        topic,
        partition,
        lane: new Lane(),
        backoff: this.#cluster.backoff(`write to ${key}`),
        link: undefined,
        mending: false,
        topicId: undefined,
        identified: false,
        missingSince: undefined,
        poison: undefined,
      };
      this.#routes.set(key, route);
    }
    return route;
  }

  #schedule(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  /** Sends whatever may be sent now. */
  #flush(): void {
    const now = Date.now();
    const byLink = new Map<Link, Route[]>();
    for (const route of this.#active) {
      const stale = route.link?.connection.isOpen !== true && route.lane.inFlight === 0;
      if (stale || route.link === undefined) void this.#mend(route);
      else if (byLink.has(route.link)) byLink.get(route.link)!.push(route);
      else byLink.set(route.link, [route]);
    }
    this.#active.clear();
    for (const [link, routes] of byLink) {
      let entries: Sent[] = [];
      let bytes = 0;
      let busy = routes;
      while (busy.length > 0) {
        const more: Route[] = [];
        for (const route of busy) {
          const batch = route.lane.next(now);
          if (batch === undefined) continue;
          const size = batch.encoded!.size;
          if (entries.length > 0 && bytes + size > requestBytes) {
            this.#send(link, entries);
            entries = [];
            bytes = 0;
          }
          entries.push({ route, batch });
          bytes += size;
          more.push(route);
        }
        if (entries.length > 0) this.#send(link, entries);
        entries = [];
        bytes = 0;
        busy = more;
      }
    }
  }

  #send(link: Link, entries: readonly Sent[]): void {
    const pieces = encodeProduce(
      entries.map(({ route, batch }) => ({
        topic: route.topic,
        partition: route.partition,
        encoded: batch.encoded!,
      })),
      Math.floor(this.#cluster.options.requestTimeout / 2),
    );
    link.connection.request(Api.produce, link.versions.get(Api.produce)!, pieces).then(
      (frame) => this.#answered(link, entries, frame),
      (error: Error) => this.#unanswered(link, entries, error),
    );
  }

  #answered(link: Link, entries: readonly Sent[], frame: Frame): void {
    let results: readonly ProduceResult[];
    try {
      const response = decodeProduce(frame.bytes);
      results = response.results;
      link.connection.throttle(response.throttleMs);
    } catch (error) {
      link.connection.close(new NetworkFailure('A response to Produce made no sense', { cause: error }));
      this.#unanswered(link, entries, error as Error);
      return;
    }
    this.#patience = Math.max(1, this.#patience / 2);
    for (const { route, batch } of entries) {
      if (!route.lane.holds(batch)) continue;
      const result = results.find(
        ({ topic, partition }) => topic === route.topic && partition === route.partition,
      );
      this.#outcome(route, batch, result);
    }
    this.#flush();
  }

  #outcome(route: Route, batch: Batch, result: ProduceResult | undefined): void {
    const { lane } = route;
    const what = `write to ${route.topic}-${route.partition}`;
    const code = result?.errorCode ?? Code.none;
    let error: Error | undefined;
    if (result === undefined) {
      error = new NetworkFailure(`could not ${what}: the broker's answer says nothing of it`);
      lane.failed(batch, true);
    } else if (code === Code.none || code === Code.duplicateSequence) {
      lane.acknowledged(batch, result.baseOffset);
      route.backoff.succeeded();
    } else if (code === Code.outOfOrderSequence) {
      if (lane.outOfOrder(batch)) {
        this.#cluster.options.logger.warn(
          `${route.topic}-${route.partition} has lost records that it had acknowledged; going on after the loss`,
        );
      }
    } else {
      error = errorOf(code, what, result.errorMessage);
      if (code === Code.unknownTopicOrPartition || error instanceof NotNow) lane.failed(batch, false);
      else if (code === Code.unknownProducerId || code === Code.invalidProducerEpoch)
        lane.disowned(batch, error);
      else lane.refused(batch, error, code === Code.messageTooLarge || code === Code.recordListTooLarge);
    }
    this.#active.add(route);
    if (lane.halted && lane.inFlight === 0) void this.#mend(route, error);
  }

  #unanswered(link: Link, entries: readonly Sent[], error: Error): void {
    if (error instanceof StalledConnection) this.#patience = Math.min(16, this.#patience * 2);
    this.#links.delete(link);
    for (const { route, batch } of entries) {
      if (!route.lane.holds(batch)) continue;
      route.lane.failed(batch, true);
      if (route.lane.inFlight === 0) void this.#mend(route, error);
    }
  }

  /** Finds the leader, an identity and a link, as long as it takes; then the route's lane goes on. */
  async #mend(route: Route, cause?: Error): Promise<void> {
    if (route.mending) return;
    route.mending = true;
    route.link = undefined;
    // Other lanes' failures of this moment join one metadata request; a refusal is no failure of the cluster's.
    let error = cause !== undefined && needsPause(cause) ? cause : undefined;
    for (;;) {
      try {
        if (error) await route.backoff.pause(error);
        const leader = await this.#leader(route, error === undefined);
        if (route.lane.identity === undefined) {
          const identity = await (route.identified ? this.#newIdentity() : this.#sharedIdentity());
          route.identified = true;
          route.lane.identify(identity);
        }
        route.link = await this.#link(leader);
        break;
      } catch (thrown) {
        const translated = translate(thrown, `write to ${route.topic}-${route.partition}`) as Error;
        if (!mayPass(translated)) {
          route.backoff.succeeded();
          route.lane.clear(translated);
          break;
        }
        error = translated;
      }
    }
    route.mending = false;
    if (route.lane.halted) route.lane.resume();
    if (!route.lane.isEmpty) {
      this.#active.add(route);
      this.#schedule();
    }
  }

  async #leader(route: Route, cached: boolean): Promise<number> {
    const name = `${route.topic}-${route.partition}`;
    const known = cached ? this.#cluster.knownTopic(route.topic) : undefined;
    const topic = known ?? (await this.#cluster.refreshTopic(route.topic));
    if (topic !== undefined && route.topicId !== undefined && topic.id !== route.topicId) {
      route.poison = new KafkaError(
        'topic-recreated',
        `Topic ${route.topic} was deleted and created again while it was written to. Start again to write to the new one.`,
      );
      throw route.poison;
    }
    const partition = topic?.partitions[route.partition];
    if (topic === undefined || partition === undefined) {
      if (known) return this.#leader(route, false);
      route.missingSince ??= Date.now();
      if (route.topicId !== undefined && Date.now() - route.missingSince < missingGraceMs)
        throw new NotNow(5, name);
      throw new KafkaError(
        'unknown-topic',
        topic
          ? `Topic ${route.topic} has no partition ${route.partition}.`
          : `There is no topic ${route.topic}.`,
      );
    }
    route.missingSince = undefined;
    route.topicId = topic.id;
    if (partition.leader >= 0) return partition.leader;
    if (known) return this.#leader(route, false);
    throw new NotNow(5, name);
  }

  async #link(leader: number): Promise<Link> {
    const timeout = this.#cluster.options.requestTimeout * this.#patience;
    const link = await this.#cluster.link(leader, this.#purpose, timeout);
    this.#links.add(link);
    return link;
  }

  #sharedIdentity(): Promise<ProducerIdentity> {
    this.#identity ??= this.#newIdentity().catch((error: unknown) => {
      this.#identity = undefined;
      throw error;
    });
    return this.#identity;
  }

  async #newIdentity(): Promise<ProducerIdentity> {
    const { connection } = await this.#cluster.anyLink();
    const response = await ask(connection, initProducerIdV4.api, null, 0);
    check(response.errorCode, 'get a producer id');
    return { producerId: response.producerId, epoch: response.producerEpoch };
  }

  #settled(bytes: number): void {
    this.#pendingBytes -= bytes;
    if (this.#pendingBytes === 0) for (const resolve of this.#idle.splice(0)) resolve();
    this.#wake();
  }

  /** Wakes those that wait for room one after the other, for each is about to take some. */
  #wake(): void {
    if (this.#waking || this.#blocked.length === 0) return;
    if (this.#pendingBytes >= this.#bufferBytes && !this.#closed) return;
    this.#waking = true;
    this.#blocked.shift()!();
    setImmediate(() => {
      this.#waking = false;
      this.#wake();
    });
  }
}

function needsPause(error: Error): boolean {
  return mayPass(error) || (error instanceof KafkaError && error.kind === 'unknown-topic');
}

function tooLarge(size: number, topic: string, partition: number): KafkaError | undefined {
  if (size <= largestBatch) return undefined;
  return new KafkaError(
    'too-large',
    `A record of ${size} bytes for ${topic}-${partition} is larger than any request that brokers take.`,
  );
}
