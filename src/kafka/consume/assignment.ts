/** Which broker each partition is fetched from: finds leaders and replicas, again and again, and partitions that are new. */
import type { Cluster } from '../cluster/cluster.ts';
import { Code } from '../cluster/error-codes.ts';
import { isAboutTopic, mayPass, NotNow } from '../cluster/failures.ts';
import { ownPurpose } from '../cluster/link-purpose.ts';
import { doubtedSince } from '../cluster/prober.ts';
import { translate } from '../cluster/refusals.ts';
import { type EpochRun, KafkaError } from '../contract.ts';
import type { FramePool } from '../wire/frame-pool.ts';
import type { Budget } from './budget.ts';
import { type Cursor, corruptionsAllowed, jump, newCursor, type Part } from './cursor.ts';
import { Fetcher } from './fetcher.ts';
import type { AheadLimits, FetcherMeans, FetcherOwner } from './fetcher-owner.ts';
import { FollowedTopic } from './followed-topic.ts';
import { type Cut, cutError, type Gap, gapError, missingPartition } from './losses.ts';

export interface AssignmentOptions extends FetcherMeans {
  readonly topic: string;
  /** Partition -> end offset (exclusive). */
  readonly until: ReadonlyMap<number, number> | undefined;
  /** What retention removes ends the reading, rather than being told and passed over. */
  readonly gapsAreFatal: boolean;
  /** The same of a log that was cut. */
  readonly cutsAreFatal: boolean;
  /** Something has been fetched, or is gone: in the order of each partition. */
  readonly deliver: (item: Part | Gap | Cut) => void;
  /** Reading cannot go on. */
  readonly fail: (error: Error) => void;
}

const mostFetchBytes = 8 * 1024 * 1024;
const leastFetchBytes = 64 * 1024;
const replicaMs = 5 * 60_000;
const leaderAloneMs = 10_000;
/** So long a log may seem to end early: a new leader does not know at once how far it is replicated. */
const endsEarlyMs = 5000;

export class Assignment implements FetcherOwner {
  readonly cluster: Cluster;
  readonly purpose = ownPurpose('fetch');
  readonly signal: AbortSignal;
  readonly budget: Budget;
  readonly pool: FramePool;
  readonly ahead: AheadLimits;
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
    this.ahead = options.ahead;
  }

  deliver(item: Part | Gap | Cut): void {
    this.#topic?.wasRead();
    this.#options.deliver(item);
  }

  /** Undefined for a partition that is not read. */
  cursor(partition: number): Cursor | undefined {
    return this.#cursors.get(partition);
  }

  /** Finds the topic, with so many partitions at the least. False: there is nothing to be read; what is wrong is told by `fail`. */
  async open(partitions = 0): Promise<boolean> {
    try {
      this.#topic = await FollowedTopic.find(this.cluster, this.#options.topic, this.signal, partitions);
      return !this.signal.aborted;
    } catch (error) {
      this.#fail(error as Error);
      return false;
    }
  }

  /** Looks at the topic anew, until it has that many partitions. Rejects with KafkaError when it is another, or gone. */
  refresh(partitions: number): Promise<void> {
    return this.#topic!.awaitPartitions(partitions, this.signal);
  }

  /** Fetches these partitions too, each from its offset on. Once the topic has been found. */
  add(from: ReadonlyMap<number, number>, epochs?: ReadonlyMap<number, readonly EpochRun[]>): void {
    for (const [partition, offset] of from) {
      if (partition < this.#topic!.partitions) this.#add(partition, offset, epochs?.get(partition));
      else this.#fail(missingPartition(this.#options.topic, partition));
    }
  }

  /** Fetches nothing any more of what it has fetched so far. What has been delivered of it is for nobody. */
  clear(): void {
    for (const cursor of this.#cursors.values()) {
      jump(cursor, cursor.position);
      cursor.isGivenUp = true;
      cursor.backoff.abandoned();
      for (const fetcher of this.#fetchers.values()) fetcher.remove(cursor);
    }
    this.#cursors.clear();
  }

  /** The first offset of each of these partitions; retries. */
  earliest(partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const topic = this.#topic!;
    const what = `find the offsets of topic ${topic.name}`;
    return this.cluster.retry(what, () => topic.earliest(partitions), this.signal);
  }

  /** Looks for partitions above the highest that is read, now and again and again, and reads them from their first record. */
  followNewPartitions(metadataMaxAge: number): void {
    this.#partitionsSeen = Math.max(-1, ...this.#cursors.keys()) + 1;
    if (!this.#topic!.isSure || this.#partitionsSeen < this.#topic!.partitions)
      void this.#lookForPartitions();
    this.#refreshTimer = setInterval(() => void this.#lookForPartitions(), metadataMaxAge);
    this.#refreshTimer.unref();
  }

  /** The position of the cursor has been set back: it is fetched from there. */
  restart(cursor: Cursor): void {
    // It may still stand with the replica that it was read from.
    for (const fetcher of this.#fetchers.values()) fetcher.remove(cursor);
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

  topic(): FollowedTopic {
    return this.#topic!;
  }

  displaced(cursor: Cursor, error?: Error): void {
    // The leader might name the same replica again, and again.
    if (cursor.replica) cursor.leaderAloneUntil = performance.now() + leaderAloneMs;
    cursor.replica = undefined;
    void this.#mend(cursor, error);
  }

  redirected(cursor: Cursor, broker: number): void {
    cursor.replica = { broker, until: performance.now() + replicaMs };
    this.#fetcher(broker).add(cursor);
  }

  outOfRange(cursor: Cursor): void {
    // A follower may lag behind, or have dropped more than its leader: the leader's word counts.
    if (cursor.replica) this.displaced(cursor);
    else if (cursor.epochs.last >= 0) {
      // That may be said of the epoch, too, by a leader that knows of none so new: the offset alone is asked for then.
      const place = { topic: this.#options.topic, partition: cursor.partition, offset: cursor.position };
      const message = 'the leader cannot tell whether its log was cut before this offset';
      this.cluster.options.logger.warn(place, message);
      cursor.epochs.forget();
      this.displaced(cursor);
    } else this.#relocated(cursor, this.#said(Code.offsetOutOfRange, cursor));
  }

  diverged(cursor: Cursor, offset: number): void {
    const { delivered: until } = cursor;
    const at = Math.min(offset, until);
    jump(cursor, at);
    if (at < until && !this.#told({ cursor, at, until })) return;
    cursor.delivered = at;
    void this.#mend(cursor);
  }

  endsEarly(cursor: Cursor): void {
    cursor.endsEarlySince ??= performance.now();
    if (performance.now() - cursor.endsEarlySince < endsEarlyMs) return;
    cursor.endsEarlySince = undefined;
    cursor.replica = undefined;
    for (const fetcher of this.#fetchers.values()) fetcher.remove(cursor);
    this.#relocated(cursor);
  }

  corrupt(cursor: Cursor): void {
    const answer = this.#said(Code.corruptMessage, cursor);
    cursor.corruptions += 1;
    if (cursor.corruptions <= corruptionsAllowed) this.displaced(cursor, answer);
    else this.#fail(new KafkaError('corrupt', answer.message, { cause: answer }));
  }

  #said(code: number, { partition, position }: Cursor): NotNow {
    return new NotNow(code, `read ${this.#options.topic}-${partition} at offset ${position}`);
  }

  #relocated(cursor: Cursor, answer?: NotNow): void {
    this.#relocate(cursor, answer).catch((error: Error) => cursor.isGivenUp || this.#fail(error));
  }

  #fail(error: Error): void {
    if (!this.signal.aborted) this.#options.fail(error);
  }

  #add(partition: number, offset: number, epochs?: readonly EpochRun[]): void {
    const { topic, until } = this.#options;
    const backoff = this.cluster.backoff(`read ${topic}-${partition}`, this.signal);
    const cursor = newCursor(partition, offset, until?.get(partition) ?? Infinity, backoff, epochs);
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
    if (cursor.mending || cursor.isGivenUp) return;
    cursor.mending = true;
    let error = cause;
    let failedAt = performance.now();
    while (!this.signal.aborted && !cursor.isGivenUp) {
      try {
        if (error && !mayPass(error) && !isAboutTopic(error)) throw error;
        if (error) await cursor.backoff.pause(error);
        const leader = await this.#topic!.leaderOf(cursor, doubtedSince(error, failedAt));
        if (!cursor.isGivenUp) this.#fetcher(leader).add(cursor);
        break;
      } catch (thrown) {
        if (cursor.isGivenUp) break;
        error = translate(thrown, `read ${this.#topic!.name}-${cursor.partition}`) as Error;
        failedAt = performance.now();
        if (mayPass(error)) continue;
        cursor.backoff.abandoned();
        this.#fail(error);
        break;
      }
    }
    if (cursor.isGivenUp) cursor.backoff.abandoned();
    cursor.mending = false;
  }

  /** The position is said not to be there: goes to the beginning when retention was faster, never silently. A wrong `answer` is waited after. */
  async #relocate(cursor: Cursor, answer?: NotNow): Promise<void> {
    const { topic: name, gapsAreFatal } = this.#options;
    const { partition, position: from, generation } = cursor;
    const { earliest, latest } = await this.#topic!.range(partition, this.signal);
    if (cursor.isGivenUp) return;
    // Nobody can tell up to where it is as it was.
    if (from > latest) return this.diverged(cursor, earliest);
    if (from === latest && Number.isFinite(cursor.until)) {
      const { until } = cursor;
      if (from < until && !this.#told({ cursor, at: latest, until, unread: generation })) return;
      cursor.position = until;
      return;
    }
    if (from < earliest) {
      const gap = { cursor, generation, from, earliest };
      if (gapsAreFatal) throw gapError(name, gap);
      cursor.position = earliest;
      cursor.epochs.forget();
      this.deliver(gap);
    }
    await this.#mend(cursor, from < earliest ? undefined : answer);
  }

  /** False: that ends the reading. */
  #told(cut: Cut): boolean {
    const { topic, cutsAreFatal } = this.#options;
    if (cutsAreFatal) this.#fail(cutError(topic, cut));
    else this.deliver(cut);
    return !cutsAreFatal;
  }

  async #lookForPartitions(): Promise<void> {
    const topic = this.#topic!;
    try {
      if (!(await topic.refresh()) || topic.partitions <= this.#partitionsSeen) return;
      const known = topic.partitions;
      const added = [...Array(known).keys()].slice(this.#partitionsSeen);
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
