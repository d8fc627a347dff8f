/**
 * Fetches from one broker, over several connections, what comes behind that which is fetched just now: of partitions of which much is
 * left, where the way to the broker is long. It fetches and keeps; what is odd it drops, and leaves to whoever asks in order.
 */
import type { Link } from '../cluster/link.ts';
import type { FetchedPartition } from '../wire/fetch.ts';
import type { Frame } from '../wire/frame-pool.ts';
import { answerIn, ask } from './ask.ts';
import { Backlog } from './backlog.ts';
import { BatchSizes } from './batch-sizes.ts';
import type { Cursor } from './cursor.ts';
import type { FetcherOwner } from './fetcher-owner.ts';
import type { Lane, Lanes } from './lanes.ts';
import { share } from './shared-frame.ts';
import type { Piece, Stripe } from './stripes.ts';
import { type WholeBatches, wholeBatches } from './whole-batches.ts';

export interface AheadOptions {
  readonly owner: FetcherOwner;
  readonly lanes: Lanes;
  /** Its turn has come: the cursor's position moves behind it. */
  readonly deliver: (cursor: Cursor, piece: Piece) => void;
  /** What is covered may have changed. */
  readonly changed: () => void;
}

/** What to ask for in order. */
export interface Wish {
  /** Bytes of the budget. */
  readonly granted: number;
  /** In the request. */
  readonly maxBytes: number;
}

/** What one connection fetches at once is to keep it busy for so many milliseconds, or for so many times there and back. */
const stripeMs = 1000;
const stripeTrips = 8;
const leastStripeBytes = 64 * 1024;
const mostStripeBytes = 8 * 1024 * 1024;
/** Of the budget for what nobody knows the size of. */
const unknownBytes = 2 * 1024 * 1024;
/** Milliseconds between two looks at how much has come. */
const lookMs = 100;
/** Frames count at least so much: that is what the pool gives out. */
export const smallestFrame = 64 * 1024;

export class Ahead {
  readonly #options: AheadOptions;
  readonly #backlogs = new Map<Cursor, Backlog>();
  /** Of all partitions: the first answer may be of one of them alone. */
  readonly #sizes = new BatchSizes();
  #looks: NodeJS.Timeout | undefined;

  constructor(options: AheadOptions) {
    this.#options = options;
  }

  /** True: what is next is on its way, and is delivered when it comes; else `changed` is told. */
  covers(cursor: Cursor): boolean {
    return this.#backlogs.get(cursor)?.stripes.covers(cursor.position) === true;
  }

  /** What to ask for, of these partitions in order; `usual` where nobody goes ahead. */
  wish(cursors: readonly Cursor[], usual: number): Wish {
    const { lanes, owner } = this.#options;
    const all = { granted: usual, maxBytes: usual };
    if (!lanes.isFar || owner.ahead.most < 2) return all;
    const backlogs = cursors.map((cursor) => this.#of(cursor));
    // Little at first, to be told soon how much there is: all of what is so little that nobody goes ahead.
    if (!backlogs.some(({ sizes }) => sizes.areKnown))
      return { granted: Math.min(usual, unknownBytes), maxBytes: Math.min(usual, owner.ahead.deepBytes) };
    if (lanes.count < 2 || !backlogs.some(({ isDeep }) => isDeep)) return all;
    const bytes = Math.min(usual, this.#stripeBytes());
    return { granted: bytes, maxBytes: bytes };
  }

  /** That is asked for now. */
  asks(cursors: readonly Cursor[], { maxBytes }: Wish): void {
    for (const cursor of cursors) this.#backlogs.get(cursor)?.asks(maxBytes);
    this.begin();
  }

  /** It is here, or will not come. */
  asked(cursors: readonly Cursor[]): void {
    for (const cursor of cursors) this.#backlogs.get(cursor)?.asked();
  }

  /** What was fetched in order has been delivered: what goes on there follows it. */
  goesOn(cursor: Cursor, whole: WholeBatches, highWatermark: number): void {
    const backlog = this.#backlogs.get(cursor);
    if (backlog === undefined) return;
    backlog.goesOn(whole, highWatermark);
    this.#follow(backlog);
  }

  /** The partition is not fetched here any more, or in another place: what was fetched of it is for nobody. */
  drop(cursor: Cursor): void {
    const backlog = this.#backlogs.get(cursor);
    this.#backlogs.delete(cursor);
    backlog?.stripes.clear();
  }

  /** Gives everybody who is free something to do. */
  begin(): void {
    const { lanes, owner } = this.#options;
    if (owner.signal.aborted) return;
    for (let lane = this.#isOn ? lanes.free() : undefined; lane !== undefined; lane = lanes.free()) {
      const backlog = this.#neediest();
      const range = backlog?.next(this.#stripeBytes());
      if (backlog === undefined || range === undefined) break;
      if (lane.link?.connection.isOpen !== true) {
        void this.#open(lane, backlog);
        continue;
      }
      const granted = this.#grant(backlog, range.to - range.from);
      if (granted === 0) break;
      owner.pool.keep(owner.budget.whole);
      lane.isBusy = true;
      void this.#run(lane, lane.link, backlog, backlog.stripes.add(range), granted);
    }
    if (lanes.isFar && (!lanes.areAtRest || this.#neediest() !== undefined))
      this.#looks ??= setInterval(() => this.#look(), lookMs).unref();
  }

  close(): void {
    clearInterval(this.#looks);
    for (const cursor of [...this.#backlogs.keys()]) this.drop(cursor);
  }

  get #isOn(): boolean {
    return this.#options.lanes.count > 1;
  }

  #of(cursor: Cursor): Backlog {
    let backlog = this.#backlogs.get(cursor);
    if (backlog === undefined) {
      const { deepBytes } = this.#options.owner.ahead;
      backlog = new Backlog(cursor, deepBytes, this.#sizes, (piece) => this.#giveBack(piece));
      this.#backlogs.set(cursor, backlog);
    }
    return backlog;
  }

  /** Of the partitions that have something left to fetch, the one of which the least lies ahead. */
  #neediest(): Backlog | undefined {
    let least = Number.POSITIVE_INFINITY;
    let neediest: Backlog | undefined;
    for (const backlog of this.#backlogs.values()) {
      const range = backlog.next(leastStripeBytes);
      const ahead = range && backlog.sizes.bytesOf(range.from - backlog.cursor.position);
      if (ahead === undefined || ahead >= least) continue;
      least = ahead;
      neediest = backlog;
    }
    return neediest;
  }

  #stripeBytes(): number {
    const { lanes, owner } = this.#options;
    const share = (owner.budget.whole - owner.fetchBytes()) / (2 * lanes.count);
    const wanted = lanes.rate * Math.max(stripeMs, stripeTrips * lanes.roundTrip);
    return Math.floor(Math.max(leastStripeBytes, Math.min(mostStripeBytes, share, wanted)));
  }

  /** What that is expected to take of the budget; 0: there is no room now. */
  #grant({ sizes }: Backlog, offsets: number): number {
    const { owner } = this.#options;
    const bytes = Math.max(smallestFrame, sizes.largest, sizes.limitOf(offsets));
    return owner.budget.takeAhead(bytes, owner.fetchBytes()) ? bytes : 0;
  }

  /** Before it is given anything to do: a broker may let a connection wait, and whoever reads would wait with it. */
  async #open(lane: Lane, backlog: Backlog): Promise<void> {
    lane.isBusy = true;
    try {
      await this.#options.lanes.open(lane);
    } catch {
      backlog.failed();
    }
    lane.isBusy = false;
    this.begin();
  }

  async #run(lane: Lane, link: Link, backlog: Backlog, stripe: Stripe, first: number): Promise<void> {
    const { lanes, owner } = this.#options;
    let granted = first;
    try {
      while (granted > 0) {
        const begun = performance.now();
        const frame = await this.#ask(link, backlog, stripe);
        lanes.carried(frame.bytes.byteLength, performance.now() - begun);
        const { partitions } = answerIn(frame, link);
        const taken = granted;
        granted = 0;
        const fetched = partitions.find(({ partition }) => partition === backlog.cursor.partition);
        if (!this.#came(backlog, stripe, frame, fetched, taken)) break;
        if (!stripe.isDropped && !stripe.isWhole) granted = this.#grant(backlog, stripe.to - stripe.next);
      }
    } catch {
      backlog.failed();
    } finally {
      owner.budget.adjustAhead(-granted);
      if (!stripe.isDropped) backlog.stripes.cut(stripe);
      lane.isBusy = false;
      this.begin();
      this.#options.changed();
    }
  }

  #ask(link: Link, { cursor, sizes }: Backlog, { next, to }: Stripe): Promise<Frame> {
    const { cluster, pool } = this.#options.owner;
    const bytes = sizes.limitOf(to - next);
    const { partition, leaderEpoch } = cursor;
    // Whether the log was cut is for the fetcher to notice: nobody knows the epoch of what comes right before this.
    const entries = [{ partition, leaderEpoch, offset: next, lastFetchedEpoch: -1 }];
    const topicId = this.#options.owner.topic().id;
    return ask(
      cluster,
      link,
      { topicId, entries, maxBytes: bytes, partitionMaxBytes: bytes, rack: '' },
      pool,
    );
  }

  /** False: it is not what was asked for. */
  #came(
    backlog: Backlog,
    stripe: Stripe,
    frame: Frame,
    fetched: FetchedPartition | undefined,
    granted: number,
  ): boolean {
    const { owner } = this.#options;
    const { budget } = owner;
    const held = Math.max(frame.bytes.byteLength, smallestFrame);
    budget.adjustAhead(held - granted);
    const shared = share(frame, () => budget.adjust(-held));
    const from = stripe.next;
    const whole = fetched && wholeBatches(shared.bytes, fetched, from);
    if (!fetched || !whole || fetched.errorCode !== 0 || whole.isSpoiled || whole.next <= from) {
      budget.turn(held);
      shared.release();
      backlog.isOdd();
      return false;
    }
    if (!stripe.isDropped) backlog.came(whole, fetched.highWatermark);
    backlog.stripes.came(stripe, { from, to: whole.next, frame: shared, fetched, held });
    this.#follow(backlog);
    // Batches larger than those before may have taken what is kept for what comes first.
    while (budget.ahead + owner.fetchBytes() > budget.whole && this.#dropFarthest());
    return true;
  }

  /** Delivers what has come and goes on at the position. */
  #follow(backlog: Backlog): void {
    const { cursor, stripes } = backlog;
    const { owner, deliver } = this.#options;
    for (let piece = stripes.take(cursor.position); piece; piece = stripes.take(cursor.position)) {
      const { epoch } = wholeBatches(piece.frame.bytes, piece.fetched, cursor.position);
      if (epoch !== cursor.epochs.last) {
        // Another leader has written this, or the log was cut in between: by asking in order the fetcher learns which.
        this.#giveBack(piece);
        stripes.dropAt(cursor.position);
        backlog.isOdd();
        return;
      }
      owner.budget.turn(piece.held);
      deliver(cursor, piece);
    }
  }

  /** False: there is nothing that could be dropped. */
  #dropFarthest(): boolean {
    return [...this.#backlogs.values()].some(({ stripes }) => stripes.dropFarthest());
  }

  #giveBack({ frame, held }: Piece): void {
    this.#options.owner.budget.turn(held);
    frame.release();
  }

  #look(): void {
    const { lanes } = this.#options;
    lanes.look(performance.now(), !lanes.areAllBusy && this.#neediest() === undefined);
    this.begin();
    if (!lanes.areAtRest) return;
    clearInterval(this.#looks);
    this.#looks = undefined;
    lanes.rest();
  }
}
