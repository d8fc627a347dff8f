/**
 * Fetches from one broker, over several connections, what comes behind that which is fetched just now: of partitions of which much is
 * left, where the way to the broker is long. It fetches and keeps; what is odd it drops, and leaves to whoever asks in order.
 */
import type { Link } from '../cluster/link.ts';
import { isLeftBehind } from '../cluster/prober.ts';
import type { Frame } from '../wire/frame-pool.ts';
import { answerIn, ask } from './ask.ts';
import type { Backlog } from './backlog.ts';
import { Backlogs } from './backlogs.ts';
import { beginningOf } from './beginning.ts';
import type { Cursor } from './cursor.ts';
import type { FetcherOwner } from './fetcher-owner.ts';
import { Kept, smallestFrame } from './kept.ts';
import type { Lane, Lanes } from './lanes.ts';
import type { Piece, Stripe } from './stripes.ts';
import { Asked, AskedAhead, UnderWay } from './under-way.ts';
import type { WholeBatches } from './whole-batches.ts';

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
/** Of what has to be left for others to go ahead, at the least. */
const leastShare = 1 / 4;
const mostStripeBytes = 8 * 1024 * 1024;
/** Of the budget for what nobody knows the size of. */
const unknownBytes = 2 * 1024 * 1024;
/** Milliseconds between two looks at how much has come. */
const lookMs = 100;

export class Ahead {
  readonly #options: AheadOptions;
  readonly #kept: Kept;
  readonly #backlogs: Backlogs;
  readonly #underWay = new UnderWay();
  /** What is asked for in order, once its answer has begun. */
  #inOrder: { readonly asked: Asked; readonly backlog: Backlog } | undefined;
  /** There was no room for what comes next. */
  #isShort = false;
  #looks: NodeJS.Timeout | undefined;

  constructor(options: AheadOptions) {
    this.#options = options;
    const { owner, deliver } = options;
    this.#kept = new Kept(owner, deliver);
    this.#backlogs = new Backlogs(owner.ahead.deepBytes, (piece) => this.#kept.giveBack(piece));
  }

  /**
   * Those of which what is next is to be asked for in order. That of the others is on its way, or is asked for by whoever is free first; it
   * is delivered when it comes, else `changed` is told.
   */
  inOrder(cursors: readonly Cursor[]): readonly Cursor[] {
    const isTaken = this.#isOn && !this.#isShort && this.#options.lanes.areBusy && this.#isMuch;
    return cursors.filter((cursor) => {
      const backlog = this.#backlogs.find(cursor);
      if (backlog === undefined || backlog.stripes.covers(cursor.position)) return backlog === undefined;
      return !isTaken || backlog.next(this.#leastBytes)?.from !== cursor.position;
    });
  }

  /** What to ask for, of these partitions in order; `usual` where nobody goes ahead. */
  wish(cursors: readonly Cursor[], usual: number): Wish {
    const { lanes, owner } = this.#options;
    const all = { granted: usual, maxBytes: usual };
    if (!this.#mayBeOn) return all;
    const backlogs = cursors.map((cursor) => this.#backlogs.of(cursor));
    // Little at first, to be told soon how much there is: all of what is so little that nobody goes ahead.
    if (!backlogs.some(({ sizes }) => sizes.areKnown))
      return { granted: Math.min(usual, unknownBytes), maxBytes: Math.min(usual, owner.ahead.deepBytes) };
    if (lanes.count < 2 || !this.#isMuch) return all;
    const bytes = Math.min(usual, this.#stripeBytes());
    return { granted: bytes, maxBytes: bytes };
  }

  /** That is asked for now. */
  asks(cursors: readonly Cursor[], { maxBytes }: Wish): void {
    for (const cursor of cursors) this.#backlogs.find(cursor)?.asks(maxBytes);
    this.begin();
  }

  /**
   * The answer has begun, and takes its time. How much there is, and in what batches, is known by that; others need not wait for the rest.
   */
  begins(cursors: readonly Cursor[], wish: Wish, bytes: Buffer): void {
    if (!this.#mayBeOn) return;
    const begun = beginningOf(bytes, cursors.length);
    const first = cursors.find(({ partition }) => partition === begun?.partition);
    if (begun === undefined || first === undefined || first.position !== begun.batch.first) return;
    const backlog = this.#backlogs.of(first);
    backlog.begins(begun.batch, begun.highWatermark);
    // Where one takes all the room, there is nothing of the others.
    if (begun.isAll) this.asked(cursors.filter((cursor) => cursor !== first));
    this.#inOrder = {
      asked: new Asked(this.#options.lanes.own, bytes.byteLength, performance.now()),
      backlog,
    };
    this.asks([first], wish);
  }

  /** It is here, or will not come. */
  asked(cursors: readonly Cursor[]): void {
    this.#inOrder = undefined;
    for (const cursor of cursors) this.#backlogs.find(cursor)?.asked();
  }

  /** What was fetched in order has been delivered: what goes on there follows it. */
  goesOn(cursor: Cursor, whole: WholeBatches, highWatermark: number): void {
    const backlog = this.#backlogs.find(cursor);
    if (backlog === undefined) return;
    backlog.goesOn(whole, highWatermark);
    this.#kept.follow(backlog);
  }

  /** The partition is not fetched here any more, or in another place: what was fetched of it is for nobody. */
  drop(cursor: Cursor): void {
    this.#backlogs.drop(cursor);
  }

  /** Gives everybody who is free something to do. */
  begin(): void {
    const { lanes, owner } = this.#options;
    if (owner.signal.aborted) return;
    this.#isShort = false;
    for (let lane = this.#isOn ? lanes.free() : undefined; lane !== undefined; lane = lanes.free()) {
      if (owner.cluster.options.paces?.received.isMuch(this.#underWay.bytes)) break;
      const next = this.#next(this.#stripeBytes());
      if (next !== undefined) {
        const { backlog, range } = next;
        if (lane.link?.connection.isOpen !== true) {
          // Those that are being opened will take some of it, or all.
          if (this.#backlogs.unasked <= lanes.opening * this.#stripeBytes()) break;
          void this.#open(lane, backlog);
          continue;
        }
        const granted = this.#grant(backlog, range.to - range.from, owner.fetchBytes());
        if (granted > 0) {
          owner.pool.keep(owner.budget.whole);
          void this.#run(lane, lane.link, backlog, backlog.stripes.add(range), granted);
          continue;
        }
        this.#isShort = true;
      }
      if (!this.#doAgain(lane)) break;
    }
    if (lanes.isFar && (!lanes.areAtRest || this.#next() !== undefined))
      this.#looks ??= setInterval(() => this.#look(), lookMs).unref();
  }

  /** Asks for the same as the slowest, if this connection would have it sooner. False: it would not. */
  #doAgain(lane: Lane): boolean {
    const { lanes } = this.#options;
    if (lane.link?.connection.isOpen !== true || !lanes.hasRoom) return false;
    const now = performance.now();
    const { roundTrip } = lanes;
    const rate = lane.rate || lanes.rate;
    const slowest = this.#underWay.slowest(rate, now, roundTrip);
    if (slowest !== undefined) {
      const { backlog, stripe } = slowest;
      // It is given back soon, whoever is first: nobody need be able to ask for more meanwhile.
      const granted = this.#grant(backlog, stripe.to - stripe.next, 0);
      if (granted > 0) void this.#run(lane, lane.link, backlog, stripe, granted);
      return granted > 0;
    }
    const inOrder = this.#inOrder;
    if (inOrder?.asked.isSlow(rate, now, roundTrip) !== true) return false;
    inOrder.backlog.asked();
    this.#inOrder = undefined;
    return this.#next() !== undefined;
  }

  close(): void {
    clearInterval(this.#looks);
    this.#backlogs.clear();
  }

  get #mayBeOn(): boolean {
    const { lanes, owner } = this.#options;
    return lanes.isFar && owner.ahead.most > 1;
  }

  get #isOn(): boolean {
    return this.#options.lanes.count > 1;
  }

  /** So much is left that others may go ahead, or they do so still. */
  get #isMuch(): boolean {
    return this.#underWay.isAny || this.#backlogs.areDeep;
  }

  #next(bytes = this.#leastBytes): ReturnType<Backlogs['next']> {
    return this.#isMuch ? this.#backlogs.next(bytes) : undefined;
  }

  get #leastBytes(): number {
    return this.#options.owner.ahead.deepBytes * leastShare;
  }

  #stripeBytes(): number {
    const { lanes, owner } = this.#options;
    const share = (owner.budget.whole - owner.fetchBytes()) / (2 * lanes.count);
    const wanted = lanes.rate * Math.max(stripeMs, stripeTrips * lanes.roundTrip);
    // The last ones are waited for by all that have nothing more to do.
    const each = this.#backlogs.left / lanes.count;
    return Math.floor(Math.max(this.#leastBytes, Math.min(mostStripeBytes, share, wanted, each)));
  }

  /** What that is expected to take of the budget; 0: there is no room now. */
  #grant({ sizes }: Backlog, offsets: number, rest: number): number {
    const bytes = Math.max(smallestFrame, sizes.largest, sizes.limitOf(offsets));
    return this.#options.owner.budget.takeAhead(bytes, rest) ? bytes : 0;
  }

  /** Before it is given anything to do: a broker may let a connection wait, and whoever reads would wait with it. */
  async #open(lane: Lane, backlog: Backlog): Promise<void> {
    lane.isBusy = true;
    lane.isOpening = true;
    try {
      await this.#options.lanes.open(lane);
    } catch (error) {
      if (!isLeftBehind(error)) backlog.failed();
    }
    lane.isOpening = false;
    lane.isBusy = false;
    this.begin();
    this.#options.changed();
  }

  async #run(lane: Lane, link: Link, backlog: Backlog, stripe: Stripe, granted: number): Promise<void> {
    const { lanes, owner } = this.#options;
    const begun = performance.now();
    const own = new AskedAhead(lane, backlog, stripe, begun);
    let kept = granted;
    lane.isBusy = true;
    this.#underWay.add(own);
    try {
      const frame = await this.#ask(link, backlog, stripe);
      if (own.isOvertaken) frame.release();
      else {
        this.#underWay.delete(own);
        this.#underWay.overtake(stripe);
        lanes.carried(lane, frame.bytes.byteLength, performance.now() - begun);
        const { partitions } = answerIn(frame, link);
        kept = 0;
        const fetched = partitions.find(({ partition }) => partition === backlog.cursor.partition);
        this.#kept.came(backlog, stripe, frame, fetched, granted);
        this.#kept.makeRoom(this.#backlogs);
      }
    } catch (error) {
      // Of a line that was cut nothing is odd.
      if (!own.isOvertaken && !isLeftBehind(error)) backlog.failed();
    } finally {
      this.#underWay.delete(own);
      owner.budget.adjustAhead(-kept);
      if (!stripe.isDropped && !this.#underWay.isAwaited(stripe)) backlog.stripes.cut(stripe);
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
    const request = { topicId, entries, maxBytes: bytes, partitionMaxBytes: bytes, rack: '' };
    return ask(cluster, link, request, pool);
  }

  #look(): void {
    const { lanes } = this.#options;
    lanes.look(performance.now(), !lanes.areAllBusy && this.#next() === undefined);
    this.begin();
    if (!lanes.areAtRest) return;
    clearInterval(this.#looks);
    this.#looks = undefined;
    lanes.rest();
  }
}
