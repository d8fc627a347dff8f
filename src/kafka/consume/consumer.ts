/**
 * Reads partitions by manual assignment: fetchers bring, this file hands out, and mends what a fetcher had to put down. It
 * owns every retry of reading.
 */

import type { Cluster } from '../cluster/cluster.ts';
import { isAboutTopic, mayPass, translate } from '../cluster/failures.ts';
import { type Consumer, type ConsumerOptions, type FetchedBatch, KafkaError } from '../contract.ts';
import { FramePool } from '../wire/frame-pool.ts';
import { Budget } from './budget.ts';
import { type Cursor, jump, newCursor, type Part } from './cursor.ts';
import { Fetcher, type FetcherOwner } from './fetcher.ts';
import { FollowedTopic } from './followed-topic.ts';
import { decodePart } from './part.ts';

const defaultBufferBytes = 32 * 1024 * 1024;
const mostFetchBytes = 8 * 1024 * 1024;
const leastFetchBytes = 64 * 1024;
/** A batch that stays corrupt when it is fetched again is corrupt at the broker. */
const corruptionsAllowed = 2;
const replicaMs = 5 * 60_000;

let consumers = 0;

export class KafkaConsumer implements Consumer, FetcherOwner {
  readonly cluster: Cluster;
  readonly purpose = `fetch-${++consumers}`;
  readonly budget: Budget;
  readonly pool: FramePool;
  readonly #options: ConsumerOptions;
  readonly #metadataMaxAge: number;
  readonly #closing = new AbortController();
  readonly #cursors = new Map<number, Cursor>();
  readonly #fetchers = new Map<number, Fetcher>();
  readonly #parts: Part[] = [];
  readonly #closed = Promise.withResolvers<void>();
  #started = false;
  #topic: FollowedTopic | undefined;
  #partitionsSeen = 0;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #refreshTimer: NodeJS.Timeout | undefined;

  constructor(cluster: Cluster, options: ConsumerOptions, metadataMaxAge: number) {
    this.cluster = cluster;
    this.#options = options;
    this.#metadataMaxAge = metadataMaxAge;
    this.budget = new Budget(options.bufferBytes ?? defaultBufferBytes);
    this.pool = new FramePool(this.budget.limit);
    for (const signal of [options.signal, cluster.signal]) {
      if (signal?.aborted) void this.close();
      signal?.addEventListener('abort', () => void this.close(), { signal: this.#closing.signal });
    }
  }

  get signal(): AbortSignal {
    return this.#closing.signal;
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

  async close(): Promise<void> {
    this.#closing.abort();
    this.#closed.resolve();
    clearInterval(this.#refreshTimer);
    for (const fetcher of this.#fetchers.values()) fetcher.close();
    for (const { frame } of this.#parts.splice(0)) frame.release();
    for (const cursor of this.#cursors.values()) cursor.backoff.abandoned();
    this.pool.clear();
    this.#wake?.();
  }

  fetchBytes(): number {
    const brokers = [...this.#fetchers.values()].filter(({ isBusy }) => isBusy).length;
    const share = Math.floor(this.budget.limit / (2 * Math.max(2, brokers)));
    return Math.max(leastFetchBytes, Math.min(mostFetchBytes, share));
  }

  topicId = (): string => this.#topic!.id;

  deliver(part: Part): void {
    this.#parts.push(part);
    this.#wake?.();
  }

  displaced(cursor: Cursor, error?: Error): void {
    cursor.replica = undefined;
    void this.#mend(cursor, error);
  }

  redirected(cursor: Cursor, broker: number): void {
    cursor.replica = { broker, until: Date.now() + replicaMs };
    this.#fetcher(broker).add(cursor);
  }

  outOfRange(cursor: Cursor): void {
    // A follower may lag behind, or have dropped more than its leader: the leader's word counts.
    if (cursor.replica) this.displaced(cursor);
    else this.#relocate(cursor).catch((error: Error) => this.#fail(error));
  }

  async #next(): Promise<IteratorResult<FetchedBatch, undefined>> {
    if (!this.#started) {
      this.#started = true;
      await Promise.race([this.#start(), this.#closed.promise]);
    }
    for (;;) {
      if (this.signal.aborted) return { done: true, value: undefined };
      const part = this.#parts.shift();
      const batch = part && (await this.#open(part));
      if (batch) return { done: false, value: batch };
      if (part) continue;
      if (this.#failure) {
        const failure = this.#failure;
        await this.close();
        throw failure;
      }
      if (this.#isComplete()) {
        await this.close();
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  async #start(): Promise<void> {
    const { topic: name, from, newPartitions } = this.#options;
    if (this.signal.aborted) return;
    try {
      const topic = await FollowedTopic.find(this.cluster, name, this.signal);
      if (this.signal.aborted) return;
      this.#topic = topic;
      this.#partitionsSeen = Math.max(-1, ...from.keys()) + 1;
      for (const [partition, offset] of from) {
        if (partition >= topic.partitions) {
          throw new KafkaError('unknown-topic', `Topic ${name} has no partition ${partition}.`);
        }
        this.#add(partition, offset);
      }
    } catch (error) {
      if (!this.signal.aborted) this.#fail(error as Error);
      return;
    }
    if (newPartitions) {
      if (this.#partitionsSeen < this.#topic.partitions) void this.#lookForPartitions();
      this.#refreshTimer = setInterval(() => void this.#lookForPartitions(), this.#metadataMaxAge);
      this.#refreshTimer.unref();
    }
  }

  #add(partition: number, offset: number): void {
    const until = this.#options.until?.get(partition) ?? Number.POSITIVE_INFINITY;
    const backoff = this.cluster.backoff(`read ${this.#options.topic}-${partition}`, this.signal);
    const cursor = newCursor(partition, offset, until, backoff);
    this.#cursors.set(partition, cursor);
    void this.#mend(cursor);
  }

  /** Decodes a part; undefined when it brings nothing, or is to be fetched again. */
  async #open(part: Part): Promise<FetchedBatch | undefined> {
    const { cursor, frame, fetched } = part;
    if (part.generation !== cursor.generation) {
      frame.release();
      return undefined;
    }
    const { records, nextOffset, error } = await decodePart(part, this.#options.topic);
    if (error) this.#spoiled(cursor, nextOffset, error);
    else cursor.corruptions = 0;
    if (nextOffset <= cursor.delivered || this.signal.aborted) {
      frame.release();
      return undefined;
    }
    cursor.delivered = nextOffset;
    let held = true;
    return {
      partition: cursor.partition,
      records,
      nextOffset,
      highWatermark: fetched.highWatermark,
      logStartOffset: fetched.logStartOffset,
      release: () => {
        if (held) frame.release();
        held = false;
      },
    };
  }

  /** The wire may have spoiled it, so it is fetched again before it counts as corrupt at the broker. */
  #spoiled(cursor: Cursor, position: number, error: KafkaError): void {
    cursor.corruptions += 1;
    if (error.kind !== 'corrupt' || cursor.corruptions > corruptionsAllowed) {
      this.#fail(error);
      return;
    }
    this.cluster.options.logger.warn({ err: error }, 'fetching a corrupt batch again');
    jump(cursor, position);
    if (!cursor.mending) void this.#mend(cursor);
  }

  #isComplete(): boolean {
    const { until } = this.#options;
    if (until === undefined) return false;
    for (const [partition, end] of until) {
      const cursor = this.#cursors.get(partition);
      if (cursor !== undefined && cursor.delivered < end) return false;
    }
    return true;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  #fetcher(broker: number): Fetcher {
    let fetcher = this.#fetchers.get(broker);
    if (fetcher === undefined) {
      fetcher = new Fetcher(broker, this);
      this.#fetchers.set(broker, fetcher);
    }
    return fetcher;
  }

  /** Finds the partition's leader, as long as it takes, and hands the cursor to that broker's fetcher. */
  async #mend(cursor: Cursor, cause?: Error): Promise<void> {
    if (cursor.mending) return;
    cursor.mending = true;
    let error = cause;
    while (!this.signal.aborted) {
      try {
        if (error && !mayPass(error) && !isAboutTopic(error)) throw error;
        if (error) await cursor.backoff.pause(error);
        this.#fetcher(await this.#topic!.leaderOf(cursor, error === undefined)).add(cursor);
        break;
      } catch (thrown) {
        const translated = translate(thrown, `read ${this.#options.topic}-${cursor.partition}`) as Error;
        if (!mayPass(translated)) {
          cursor.backoff.abandoned();
          if (!this.signal.aborted) this.#fail(translated);
          break;
        }
        error = translated;
      }
    }
    cursor.mending = false;
  }

  /** The position is not on the partition: goes to its beginning when retention was faster, never silently. */
  async #relocate(cursor: Cursor): Promise<void> {
    const { topic: name, onGap } = this.#options;
    const { partition, position: from } = cursor;
    const { earliest, latest } = await this.#topic!.range(partition);
    if (from > latest) {
      const message = `${name}-${partition} ends at ${latest}, before the offset ${from} to read.`;
      throw new KafkaError('out-of-range', message);
    }
    if (from < earliest) {
      if (onGap === undefined) {
        const message = `${name}-${partition} begins at ${earliest}; offsets from ${from} on are gone.`;
        throw new KafkaError('out-of-range', message);
      }
      onGap({ partition, from, earliest });
      jump(cursor, earliest);
      cursor.delivered = Math.max(cursor.delivered, earliest);
      this.#wake?.();
    }
    await this.#mend(cursor);
  }

  async #lookForPartitions(): Promise<void> {
    const topic = this.#topic!;
    try {
      if (!(await topic.refresh()) || topic.partitions <= this.#partitionsSeen) return;
      const known = topic.partitions;
      const added = Array.from({ length: known - this.#partitionsSeen }, (_, n) => this.#partitionsSeen + n);
      const earliest = await topic.earliest(added);
      if (this.signal.aborted) return;
      this.#partitionsSeen = known;
      for (const [partition, offset] of earliest)
        if (!this.#cursors.has(partition)) this.#add(partition, offset);
    } catch (error) {
      // The next look is as good, unless the topic itself is another.
      if (error instanceof KafkaError && error.kind === 'topic-recreated') this.#fail(error);
    }
  }
}
