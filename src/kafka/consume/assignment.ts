/** Which broker each partition is fetched from: finds leaders and replicas, again and again, and partitions that are new. */
import type { Cluster } from '../cluster/cluster.ts';
import { isAboutTopic, mayPass, translate } from '../cluster/failures.ts';
import { type ConsumerOptions, KafkaError } from '../contract.ts';
import type { FramePool } from '../wire/frame-pool.ts';
import type { Budget } from './budget.ts';
import { type Cursor, type Gap, newCursor, type Part } from './cursor.ts';
import { Fetcher, type FetcherOwner } from './fetcher.ts';
import { FollowedTopic } from './followed-topic.ts';

export interface AssignmentOptions {
  readonly cluster: Cluster;
  readonly consumer: ConsumerOptions;
  /** Milliseconds between two looks for new partitions. */
  readonly metadataMaxAge: number;
  readonly budget: Budget;
  readonly pool: FramePool;
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** Something has been fetched, or is gone: in the order of each partition. */
  readonly deliver: (item: Part | Gap) => void;
  /** Reading cannot go on. */
  readonly fail: (error: Error) => void;
}

const mostFetchBytes = 8 * 1024 * 1024;
const leastFetchBytes = 64 * 1024;
const replicaMs = 5 * 60_000;

let assignments = 0;

export class Assignment implements FetcherOwner {
  readonly cluster: Cluster;
  readonly purpose = `fetch-${++assignments}`;
  readonly signal: AbortSignal;
  readonly budget: Budget;
  readonly pool: FramePool;
  readonly deliver: (item: Part | Gap) => void;
  readonly #options: AssignmentOptions;
  readonly #cursors = new Map<number, Cursor>();
  readonly #fetchers = new Map<number, Fetcher>();
  #topic: FollowedTopic | undefined;
  #partitionsSeen = 0;
  #refreshTimer: NodeJS.Timeout | undefined;

  constructor(options: AssignmentOptions) {
    this.#options = options;
    this.cluster = options.cluster;
    this.signal = options.signal;
    this.budget = options.budget;
    this.pool = options.pool;
    this.deliver = options.deliver;
  }

  /** Undefined for a partition that is not read. */
  cursor(partition: number): Cursor | undefined {
    return this.#cursors.get(partition);
  }

  /** Begins to fetch. Never rejects: what is wrong is told by `fail`. */
  async start(): Promise<void> {
    const { topic: name, from, newPartitions } = this.#options.consumer;
    try {
      const topic = await FollowedTopic.find(this.cluster, name, this.signal);
      if (this.signal.aborted) return;
      this.#topic = topic;
      for (const [partition, offset] of from) {
        if (partition >= topic.partitions) {
          throw new KafkaError('unknown-topic', `Topic ${name} has no partition ${partition}.`);
        }
        this.#add(partition, offset);
      }
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    if (!newPartitions) return;
    this.#partitionsSeen = Math.max(-1, ...from.keys()) + 1;
    if (this.#partitionsSeen < this.#topic.partitions) void this.#lookForPartitions();
    this.#refreshTimer = setInterval(() => void this.#lookForPartitions(), this.#options.metadataMaxAge);
    this.#refreshTimer.unref();
  }

  /** The position of the cursor has been set back: it is fetched from there. */
  restart(cursor: Cursor): void {
    void this.#mend(cursor);
  }

  close(): void {
    clearInterval(this.#refreshTimer);
    for (const fetcher of this.#fetchers.values()) fetcher.close();
    for (const cursor of this.#cursors.values()) cursor.backoff.abandoned();
  }

  fetchBytes(): number {
    const brokers = [...this.#fetchers.values()].filter(({ isBusy }) => isBusy).length;
    const share = Math.floor(this.budget.limit / (2 * Math.max(2, brokers)));
    return Math.max(leastFetchBytes, Math.min(mostFetchBytes, share));
  }

  topicId(): string {
    return this.#topic!.id;
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

  #fail(error: Error): void {
    if (!this.signal.aborted) this.#options.fail(error);
  }

  #add(partition: number, offset: number): void {
    const { topic, until } = this.#options.consumer;
    const backoff = this.cluster.backoff(`read ${topic}-${partition}`, this.signal);
    const cursor = newCursor(partition, offset, until?.get(partition) ?? Number.POSITIVE_INFINITY, backoff);
    this.#cursors.set(partition, cursor);
    void this.#mend(cursor);
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
        error = translate(thrown, `read ${this.#topic!.name}-${cursor.partition}`) as Error;
        if (mayPass(error)) continue;
        cursor.backoff.abandoned();
        this.#fail(error);
        break;
      }
    }
    cursor.mending = false;
  }

  /** The position is not on the partition: goes to its beginning when retention was faster, never silently. */
  async #relocate(cursor: Cursor): Promise<void> {
    const { topic: name, onGap } = this.#options.consumer;
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
      cursor.position = earliest;
      this.deliver({ cursor, from, earliest });
    }
    await this.#mend(cursor);
  }

  async #lookForPartitions(): Promise<void> {
    const topic = this.#topic!;
    try {
      if (!(await topic.refresh()) || topic.partitions <= this.#partitionsSeen) return;
      const known = topic.partitions;
      const added = Array.from(
        { length: known - this.#partitionsSeen },
        (_, index) => this.#partitionsSeen + index,
      );
      const earliest = await topic.earliest(added);
      if (this.signal.aborted) return;
      this.#partitionsSeen = known;
      for (const [partition, offset] of earliest) {
        if (!this.#cursors.has(partition)) this.#add(partition, offset);
      }
    } catch (error) {
      // The next look is as good, unless the topic itself is another.
      if (error instanceof KafkaError && error.kind === 'topic-recreated') this.#fail(error);
    }
  }
}
