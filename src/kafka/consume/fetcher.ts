/**
 * Fetches from one broker, one request after the other, whatever partitions are assigned to it. The next request leaves
 * as soon as a response is here, before anything of it is decoded; how much may lie about is the budget's business.
 */

import type { Cluster } from '../cluster/cluster.ts';
import { Code } from '../cluster/error-codes.ts';
import { NetworkFailure } from '../cluster/failures.ts';
import type { Link } from '../cluster/link.ts';
import type { LinkPurpose } from '../cluster/link-purpose.ts';
import { errorOf } from '../cluster/refusals.ts';
import { Api } from '../cluster/versions.ts';
import { readBatchHead } from '../wire/batch-decode.ts';
import { decodeFetch, encodeFetch, type FetchedPartition, type FetchResponse } from '../wire/fetch.ts';
import type { Frame, FramePool } from '../wire/frame-pool.ts';
import type { Budget } from './budget.ts';
import { type Cursor, cutsBelieved, isFetched, type Part, type SharedFrame } from './cursor.ts';

/** What a fetcher needs of its consumer. */
export interface FetcherOwner {
  readonly cluster: Cluster;
  readonly purpose: LinkPurpose;
  readonly signal: AbortSignal;
  readonly budget: Budget;
  readonly pool: FramePool;
  /** Bytes to ask for in one request. */
  fetchBytes(): number;
  /** What is read. */
  topic(): { readonly id: string; readonly name: string };
  /** Fetched, in order. */
  deliver(part: Part): void;
  /** The partition cannot be read here (now); it has been taken off this broker. */
  displaced(cursor: Cursor, error?: Error): void;
  /** The position is not on the partition; it has been taken off this broker. */
  outOfRange(cursor: Cursor): void;
  /** Only up to this offset the log is as it was when it was read; the partition has been taken off this broker. */
  diverged(cursor: Cursor, offset: number): void;
  /** The broker's log ends before the reading is to; the partition stays with this broker. */
  endsEarly(cursor: Cursor): void;
  /** The broker cannot read what stands there; it has been taken off this broker. */
  corrupt(cursor: Cursor): void;
  /** The broker names a replica nearer to the client; the partition has been taken off this broker. */
  redirected(cursor: Cursor, broker: number): void;
}

const maxWaitMs = 500;
/** Frames count at least so much: that is what the pool gives out. */
const smallestFrame = 64 * 1024;
/** No partition is asked for less: a batch that does not fit whole comes only when it is the first. */
const leastPartitionBytes = 2 * 1024 * 1024;

interface Asked {
  readonly cursor: Cursor;
  readonly offset: number;
  readonly generation: number;
}

export class Fetcher {
  readonly #broker: number;
  readonly #owner: FetcherOwner;
  #cursors: Cursor[] = [];
  #running = false;
  #link: Link | undefined;

  constructor(broker: number, owner: FetcherOwner) {
    this.#broker = broker;
    this.#owner = owner;
  }

  /** True while it has partitions to fetch. */
  get isBusy(): boolean {
    return this.#running;
  }

  add(cursor: Cursor): void {
    if (!this.#cursors.includes(cursor)) this.#cursors.push(cursor);
    if (!this.#running) void this.#run();
  }

  /** Takes the partition off this broker; the answer that is on its way is not for it any more. */
  remove(cursor: Cursor): void {
    this.#drop(cursor);
  }

  close(): void {
    this.#cursors = [];
    this.#link?.connection.close();
  }

  async #run(): Promise<void> {
    this.#running = true;
    const { budget, signal } = this.#owner;
    while (!signal.aborted) {
      this.#cursors = this.#cursors.filter((cursor) => !isFetched(cursor));
      for (const cursor of this.#cursors.filter(isLeaseOver)) {
        cursor.replica = undefined;
        this.#displace(cursor);
      }
      if (this.#cursors.length === 0) break;
      const granted = this.#owner.fetchBytes();
      await budget.take(granted);
      const asked = this.#cursors.map((cursor) => ({
        cursor,
        offset: cursor.position,
        generation: cursor.generation,
      }));
      try {
        const frame = await this.#fetch(asked, granted);
        this.#received(asked, frame, granted);
      } catch (error) {
        budget.adjust(-granted);
        for (const { cursor } of asked) if (!cursor.isGivenUp) this.#displace(cursor, error as Error);
      }
    }
    this.#running = false;
  }

  async #fetch(asked: readonly Asked[], maxBytes: number): Promise<Frame> {
    const { cluster, purpose, pool } = this.#owner;
    if (this.#link?.connection.isOpen !== true) this.#link = await cluster.link(this.#broker, purpose);
    const { connection, versions } = this.#link;
    const apiVersion = versions.get(Api.fetch)!;
    const request = {
      topicId: this.#owner.topic().id,
      entries: asked.map(({ cursor, offset }) => ({
        partition: cursor.partition,
        leaderEpoch: cursor.leaderEpoch,
        offset,
        lastFetchedEpoch: shownEpoch(cursor),
      })),
      maxWait: Math.min(maxWaitMs, cluster.options.requestTimeout / 2),
      maxBytes,
      partitionMaxBytes: Math.min(
        maxBytes,
        Math.max(leastPartitionBytes, Math.ceil(maxBytes / asked.length)),
      ),
      // Who names no rack is sent to no other replica.
      rack: asked.some(({ cursor }) => isForLeaderAlone(cursor)) ? '' : (cluster.options.rack ?? ''),
    };
    const pieces = encodeFetch(request, apiVersion);
    return connection.exchange({ apiKey: Api.fetch, apiVersion, pieces, hasTags: true, pool });
  }

  #received(asked: readonly Asked[], frame: Frame, granted: number): void {
    let response: FetchResponse;
    try {
      response = decodeFetch(frame.bytes);
      if (response.errorCode !== 0) throw errorOf('fetch', response.errorCode, 'fetch records');
    } catch (error) {
      frame.release();
      throw error;
    }
    this.#link?.connection.throttle(response.throttleMs);
    const { budget } = this.#owner;
    const held = Math.max(frame.bytes.byteLength, smallestFrame);
    const shared = share(frame, () => budget.adjust(-held));
    budget.adjust(held - granted);
    const byPartition = new Map(asked.map((one) => [one.cursor.partition, one]));
    const served = new Set<Cursor>();
    for (const fetched of response.partitions) {
      const one = byPartition.get(fetched.partition);
      if (one === undefined || one.generation !== one.cursor.generation || one.offset !== one.cursor.position)
        continue;
      if (this.#sort(one, fetched, shared)) served.add(one.cursor);
    }
    shared.release();
    // The broker fills responses in the order of the request: who has been served stands last in the next one.
    const isServed = Map.groupBy(this.#cursors, (cursor) => served.has(cursor));
    this.#cursors = [...(isServed.get(false) ?? []), ...(isServed.get(true) ?? [])];
  }

  /** One partition's part of a response: an error, a redirection, or records. True: records. */
  #sort({ cursor, offset, generation }: Asked, fetched: FetchedPartition, shared: HoldableFrame): boolean {
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
      const next = endOf(shared.bytes, fetched, cursor);
      if (next <= offset && fetched.end > fetched.start) {
        const bytes = fetched.end - fetched.start;
        const message = `the broker's answer of ${bytes} bytes has no whole batch at offset ${offset}`;
        this.#displace(cursor, new NetworkFailure(message));
        return false;
      }
      cursor.backoff.succeeded();
      if (next <= offset) {
        if (Number.isFinite(cursor.until) && fetched.highWatermark < cursor.until) owner.endsEarly(cursor);
        return false;
      }
      cursor.position = next;
      cursor.endsEarlySince = undefined;
      owner.deliver({ cursor, generation, from: offset, frame: shared.hold(), fetched });
      return true;
    }
    return false;
  }

  #drop(cursor: Cursor): void {
    this.#cursors = this.#cursors.filter((other) => other !== cursor);
  }

  #displace(cursor: Cursor, error?: Error): void {
    this.#drop(cursor);
    this.#owner.displaced(cursor, error);
  }
}

/** By which the leader may notice a cut; -1: it is not to look. A follower may not have heard of it yet. */
function shownEpoch({ replica, cuts, epochs }: Cursor): number {
  return replica || cuts >= cutsBelieved ? -1 : epochs.last;
}

/** The time to ask the leader again which replica is the nearest. */
function isLeaseOver({ replica }: Cursor): boolean {
  return replica !== undefined && Date.now() > replica.until;
}

function isForLeaderAlone({ leaderAloneUntil }: Cursor): boolean {
  return Date.now() < leaderAloneUntil;
}

/**
 * The offset after the last whole batch; the cursor notes the epochs. A batch whose head makes no sense ends it: decoding will say what is
 * wrong.
 */
function endOf(bytes: Buffer, { start, end }: FetchedPartition, { position, epochs }: Cursor): number {
  let next = position;
  let at = start;
  try {
    for (let head = readBatchHead(bytes, at, end); head; head = readBatchHead(bytes, at, end)) {
      epochs.note(head.leaderEpoch, head.baseOffset);
      next = Math.max(next, head.nextOffset);
      at = head.end;
    }
  } catch {
    epochs.note(-1, next);
    return Math.max(next, position + 1);
  }
  return next;
}

interface HoldableFrame extends SharedFrame {
  /** One more holder. */
  hold(): SharedFrame;
}

function share(frame: Frame, released: () => void): HoldableFrame {
  let holders = 1;
  const release = () => {
    holders -= 1;
    if (holders > 0) return;
    frame.release();
    released();
  };
  return {
    bytes: frame.bytes,
    release,
    hold: () => {
      holders += 1;
      return { bytes: frame.bytes, release };
    },
  };
}
