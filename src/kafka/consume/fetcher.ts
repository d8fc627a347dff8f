/**
 * Fetches from one broker, one request after the other, whatever partitions are assigned to it. The next request leaves
 * as soon as a response is here, before anything of it is decoded; how much may lie about is the budget's business.
 */

import { Code } from '../cluster/error-codes.ts';
import { NetworkFailure } from '../cluster/failures.ts';
import type { Link } from '../cluster/link.ts';
import { isLeftBehind } from '../cluster/prober.ts';
import { errorOf } from '../cluster/refusals.ts';
import type { FetchedPartition } from '../wire/fetch.ts';
import { Ahead, type Wish } from './ahead.ts';
import { answerIn, ask } from './ask.ts';
import { type Asked, askedOf, entryOf, isStill, shownEpoch, unansweredOf } from './asked.ts';
import { BatchSizes } from './batch-sizes.ts';
import { type Cursor, isFetched } from './cursor.ts';
import { FetchSession } from './fetch-session.ts';
import type { FetcherOwner } from './fetcher-owner.ts';
import { smallestFrame } from './kept.ts';
import { Lanes } from './lanes.ts';
import { type HoldableFrame, type SharedFrame, share } from './shared-frame.ts';
import { wholeBatchesOf } from './whole-batches.ts';
import { Withheld } from './withheld.ts';

/** No partition is asked for less: a batch that does not fit whole comes only when it is the first. */
const leastPartitionBytes = 2 * 1024 * 1024;

export class Fetcher {
  readonly #owner: FetcherOwner;
  readonly #lanes: Lanes;
  readonly #ahead: Ahead;
  readonly #sizes = new BatchSizes();
  readonly #withheld: Withheld;
  readonly #sessions = new WeakMap<Link, FetchSession>();
  /** The last answer had no records. */
  #isQuiet = false;
  /** A partition has gone since the last request: one that comes back is to be answered, though it be as before. */
  #hasDropped = false;
  #cursors: Cursor[] = [];
  #running = false;
  #bell = Promise.withResolvers<void>();

  constructor(broker: number, owner: FetcherOwner) {
    this.#owner = owner;
    this.#withheld = new Withheld(owner);
    this.#lanes = new Lanes(owner.cluster, broker, owner.purpose, owner.ahead);
    this.#ahead = new Ahead({
      owner,
      lanes: this.#lanes,
      deliver: (cursor, { frame, fetched }) => this.#deliver(cursor, frame, fetched),
      changed: () => this.#ring(),
    });
  }

  /** True while it has partitions to fetch. */
  get isBusy(): boolean {
    return this.#running;
  }

  add(cursor: Cursor): void {
    if (!this.#cursors.includes(cursor)) this.#cursors.push(cursor);
    this.#ring();
    if (!this.#running) void this.#run();
  }

  /** Takes the partition off this broker; the answer that is on its way is not for it any more. */
  remove(cursor: Cursor): void {
    this.#drop(cursor);
  }

  close(): void {
    for (const cursor of this.#cursors) this.#drop(cursor);
    this.#ahead.close();
    this.#lanes.close();
  }

  async #run(): Promise<void> {
    this.#running = true;
    const { signal } = this.#owner;
    while (!signal.aborted) {
      for (const cursor of this.#cursors.filter(isFetched)) this.#drop(cursor);
      for (const cursor of this.#cursors.filter(isLeaseOver)) {
        cursor.replica = undefined;
        this.#displace(cursor);
      }
      if (this.#cursors.length === 0) break;
      this.#ahead.begin();
      this.#lanes.isOwnTaken = this.#free.length > 0;
      if (!this.#lanes.isOwnTaken) this.#ahead.begin();
      if (!this.#lanes.isOwnTaken || this.#lanes.own.isBusy) await this.#bell.promise;
      else await this.#next();
    }
    this.#running = false;
  }

  /** Asks for what comes next of all partitions that nobody is ahead of. */
  async #next(): Promise<void> {
    const { budget } = this.#owner;
    let asked: readonly Asked[] = [];
    let granted = 0;
    try {
      const link = await this.#lanes.open(this.#lanes.own);
      const wish = this.#paced(this.#ahead.wish(this.#free, this.#owner.fetchBytes()));
      await budget.take(wish.granted);
      granted = wish.granted;
      const cursors = this.#free;
      asked = cursors.map(askedOf);
      if (asked.length === 0) return;
      this.#ahead.asks(cursors, wish);
      const begun = (bytes: Buffer): void => {
        const still = asked.filter(isStill);
        this.#ahead.begins(
          still.map(({ cursor }) => cursor),
          wish,
          bytes,
        );
      };
      const request = this.#request(link, asked, wish.maxBytes);
      const frame = await ask(this.#owner.cluster, link, request, this.#owner.pool, begun);
      const { session } = request;
      const answer = answerIn(frame, link, (response) =>
        this.#session(link).answered(performance.now(), session, response),
      );
      this.#withheld.note(answer);
      this.#ahead.asked(cursors);
      const held = Math.max(frame.bytes.byteLength, smallestFrame);
      budget.adjust(held - granted);
      granted = 0;
      const shared = share(frame, () => budget.adjust(-held));
      this.#received(asked, answer.partitions, shared);
      if (answer.throttleMs === 0 && session.epoch <= 0)
        this.#missing(unansweredOf(asked, answer.partitions));
    } catch (error) {
      const cursors = asked.length > 0 ? asked.map(({ cursor }) => cursor) : this.#cursors;
      // That says nothing of who leads; and what others have fetched, or are at, is as good as before.
      if (isLeftBehind(error)) return this.#ahead.asked(cursors);
      for (const cursor of cursors) if (!cursor.isGivenUp) this.#displace(cursor, error as Error);
    } finally {
      budget.adjust(-granted);
    }
  }

  /** No more than the limit lets through soon, in whole batches: what is cut off would be carried for nothing. */
  #paced(wish: Wish): Wish {
    const most = this.#owner.cluster.options.paces?.received.askBytes ?? Number.POSITIVE_INFINITY;
    if (wish.maxBytes <= most) return wish;
    const sizes = this.#sizes;
    return { ...wish, maxBytes: sizes.areKnown ? sizes.limitOf(sizes.offsetsOf(most)) : most };
  }

  get #free(): readonly Cursor[] {
    return this.#ahead.inOrder(this.#cursors);
  }

  #request(link: Link, asked: readonly Asked[], maxBytes: number) {
    const share = Math.max(leastPartitionBytes, Math.ceil(maxBytes / asked.length));
    const partitionMaxBytes = Math.min(maxBytes, share);
    const isEndless = asked.every(({ cursor }) => cursor.until === Number.POSITIVE_INFINITY);
    const isQuiet = this.#isQuiet && isEndless && !this.#hasDropped;
    this.#hasDropped = false;
    const session = this.#session(link).next(
      performance.now(),
      asked.map(entryOf),
      partitionMaxBytes,
      isQuiet,
    );
    // Who names no rack is sent to no other replica.
    const isForLeader = asked.some(({ cursor }) => isForLeaderAlone(cursor));
    const rack = isForLeader ? '' : (this.#owner.cluster.options.rack ?? '');
    const { entries } = session;
    return { topicId: this.#owner.topic().id, entries, session, maxBytes, partitionMaxBytes, rack };
  }

  /** Of a connection; another one has another. */
  #session(link: Link): FetchSession {
    if (this.#sessions.get(link) === undefined) this.#sessions.set(link, new FetchSession());
    return this.#sessions.get(link)!;
  }

  #received(asked: readonly Asked[], partitions: readonly FetchedPartition[], shared: HoldableFrame): void {
    const byPartition = new Map(asked.map((one) => [one.cursor.partition, one]));
    const served = new Set<Cursor>();
    for (const fetched of partitions) {
      const one = byPartition.get(fetched.partition);
      if (one === undefined || !isStill(one)) continue;
      if (this.#sort(one, fetched, shared)) served.add(one.cursor);
    }
    shared.release();
    this.#isQuiet = served.size === 0;
    // The broker fills responses in the order of the request: who has been served stands last in the next one.
    const isServed = Map.groupBy(this.#cursors, (cursor) => served.has(cursor));
    this.#cursors = [...(isServed.get(false) ?? []), ...(isServed.get(true) ?? [])];
  }

  /** Brokers tell of all that they were asked for, unless they wish to be spared. Who does not is not asked again at once. */
  #missing(unanswered: readonly Asked[]): void {
    for (const { cursor, offset } of unanswered) {
      const message = `the broker's answer says nothing of partition ${cursor.partition} at offset ${offset}`;
      this.#displace(cursor, new NetworkFailure(message));
    }
  }

  /** One partition's part of a response: an error, a redirection, or records. True: records. */
  #sort({ cursor, offset }: Asked, fetched: FetchedPartition, shared: HoldableFrame): boolean {
    const owner = this.#owner;
    if (fetched.errorCode === Code.offsetOutOfRange) {
      this.#drop(cursor);
      owner.outOfRange(cursor);
    } else if (fetched.errorCode === Code.corruptMessage) {
      this.#drop(cursor);
      owner.corrupt(cursor);
    } else if (fetched.errorCode !== 0) {
      const { name: topic } = owner.topic();
      const what = `read ${topic}-${cursor.partition}`;
      this.#displace(cursor, errorOf('fetch', fetched.errorCode, what, null, { topic }));
    } else if (fetched.preferredReplica >= 0) {
      const place = `partition ${cursor.partition}`;
      // Replicas of Kafka before 3.3 name others at times, and these might name them.
      if (cursor.replica || isForLeaderAlone(cursor))
        this.#displace(
          cursor,
          new NetworkFailure(`a broker that is not to choose a replica of ${place} names one`),
        );
      else {
        this.#drop(cursor);
        owner.redirected(cursor, fetched.preferredReplica);
      }
    } else if (fetched.divergence && fetched.divergence.end < offset && shownEpoch(cursor) >= 0) {
      const { epoch, end } = fetched.divergence;
      cursor.cuts += 1;
      this.#drop(cursor);
      owner.diverged(cursor, cursor.epochs.agreement(epoch, end));
    } else {
      const whole = wholeBatchesOf(shared.bytes, fetched, cursor);
      this.#sizes.note(whole);
      const { next } = whole;
      if (next <= offset && fetched.end > fetched.start) {
        const bytes = fetched.end - fetched.start;
        const message = `the broker's answer of ${bytes} bytes has no whole batch at offset ${offset}`;
        this.#displace(cursor, new NetworkFailure(message));
        return false;
      }
      cursor.backoff.succeeded();
      if (next <= offset) {
        this.#ahead.goesOn(cursor, whole, fetched.highWatermark);
        if (Number.isFinite(cursor.until) && fetched.highWatermark < cursor.until) owner.endsEarly(cursor);
        return false;
      }
      this.#hand(cursor, next, shared.hold(), fetched);
      this.#ahead.goesOn(cursor, whole, fetched.highWatermark);
      return true;
    }
    return false;
  }

  /** What was fetched ahead, and goes on at the position. */
  #deliver(cursor: Cursor, frame: SharedFrame, fetched: FetchedPartition): void {
    cursor.backoff.succeeded();
    this.#hand(cursor, wholeBatchesOf(frame.bytes, fetched, cursor).next, frame, fetched);
  }

  #hand(cursor: Cursor, next: number, frame: SharedFrame, fetched: FetchedPartition): void {
    const { position: from, generation } = cursor;
    cursor.position = next;
    cursor.endsEarlySince = undefined;
    this.#owner.deliver({ cursor, generation, from, frame, fetched });
  }

  #drop(cursor: Cursor): void {
    this.#cursors = this.#cursors.filter((other) => other !== cursor);
    this.#hasDropped = true;
    this.#ahead.drop(cursor);
    this.#ring();
  }

  #ring(): void {
    this.#bell.resolve();
    this.#bell = Promise.withResolvers();
  }

  #displace(cursor: Cursor, error?: Error): void {
    this.#drop(cursor);
    this.#owner.displaced(cursor, error);
  }
}

/** The time to ask the leader again which replica is the nearest. */
function isLeaseOver({ replica }: Cursor): boolean {
  return replica !== undefined && performance.now() > replica.until;
}

function isForLeaderAlone({ leaderAloneUntil }: Cursor): boolean {
  return performance.now() < leaderAloneUntil;
}
