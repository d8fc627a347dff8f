/** The connections over which one broker is asked for records: how many there are to be, and what they carry. */
import type { Cluster } from '../cluster/cluster.ts';
import { ConnectionCount } from '../cluster/connection-count.ts';
import type { Link } from '../cluster/link.ts';
import { type LinkPurpose, ownPurpose } from '../cluster/link-purpose.ts';
import { outOfReach } from '../cluster/out-of-reach.ts';
import { isLeftBehind } from '../cluster/prober.ts';
import type { AheadLimits } from './fetcher-owner.ts';
import { LinePace } from './line-pace.ts';
import { LineQueue } from './line-queue.ts';

export class Lane {
  readonly purpose: LinkPurpose;
  link: Link | undefined;
  /** Bytes that its connection had received at the last look. */
  seen = 0;
  /** With what is asked for ahead. */
  isBusy = false;
  /** It has no connection yet. */
  isOpening = false;
  #rate = 0;

  constructor(purpose: LinkPurpose) {
    this.purpose = purpose;
  }

  /** Bytes per millisecond that its connection carries of late; 0: there is none, or nobody knows. */
  get rate(): number {
    return this.link?.connection.isOpen === true ? this.#rate : 0;
  }

  opened(link: Link): void {
    this.link = link;
    this.seen = this.received;
    this.#rate = 0;
  }

  carried(rate: number): void {
    this.#rate = averaged(this.#rate, rate);
  }

  /** Bytes that have come by its connection. */
  get received(): number {
    return this.link?.connection.received ?? 0;
  }
}

/** Milliseconds there and back from which on a connection is at rest for long between two answers. */
const longWay = 5;
/** Connections that have had nothing to do for so long are closed. */
const restMs = 10_000;
/** Where a broker takes no further connection, no more than there are will do for so long. */
const refusedMs = 60_000;
/** Answers of less say nothing of how much a connection carries. */
const leastBytes = 64 * 1024;
/** What the newest answer counts for in the rate of a connection. */
const newest = 0.3;

export class Lanes {
  readonly #cluster: Cluster;
  readonly #broker: number;
  readonly #count: ConnectionCount;
  /** The first is of the fetcher itself. */
  readonly #lanes: Lane[];
  readonly #pace = new LinePace();
  readonly #queue: LineQueue;
  #rate = 0;
  /** So many can be opened, until then. */
  #opened = { most: Number.POSITIVE_INFINITY, until: 0 };
  #busyAt = performance.now();
  #isClosed = false;
  /** The fetcher asks by its own, or waits for it to be free: it is not for others. */
  isOwnTaken = false;

  /** `own`: what the fetcher's own connection is for; all of them together are within `limits`. */
  constructor(cluster: Cluster, broker: number, own: LinkPurpose, limits: AheadLimits) {
    this.#cluster = cluster;
    this.#broker = broker;
    this.#count = new ConnectionCount(limits.most, limits.first);
    this.#queue = new LineQueue(cluster);
    this.#lanes = [new Lane(own)];
  }

  /** The fetcher's own. */
  get own(): Lane {
    return this.#lanes[0]!;
  }

  /** Milliseconds there and back; 0 while nobody knows. Before the first answer, as it took the cluster to answer at best. */
  get roundTrip(): number {
    const times = this.#lanes.map(({ link }) => link?.connection.roundTrip ?? Number.POSITIVE_INFINITY);
    const least = Math.min(...times);
    const known = Number.isFinite(least) ? least : this.#cluster.nearest.answered;
    return Number.isFinite(known) ? known : 0;
  }

  /** Several connections may carry more than one. */
  get isFar(): boolean {
    return this.roundTrip >= longWay;
  }

  /** So many are to be busy; 1: the fetcher's own, with what it asks for in order. */
  get count(): number {
    const isRefused = performance.now() < this.#opened.until;
    return this.isFar
      ? Math.min(this.#count.count, isRefused ? this.#opened.most : Number.POSITIVE_INFINITY)
      : 1;
  }

  /** Bytes per millisecond that one of them carries of late; 0: nobody knows. */
  get rate(): number {
    return this.#rate;
  }

  /** Nobody has had anything to do for long. */
  get areAtRest(): boolean {
    return !this.areBusy && performance.now() - this.#busyAt > restMs;
  }

  get areBusy(): boolean {
    return this.#lanes.some(({ isBusy }) => isBusy);
  }

  /** All of them together carry far less than they have: what one carries more is taken from no other. */
  get hasRoom(): boolean {
    return this.#pace.hasRoom;
  }

  /** So many are being opened. */
  get opening(): number {
    return this.#lanes.filter(({ isOpening }) => isOpening).length;
  }

  get areAllBusy(): boolean {
    return this.areBusy && this.#free.length === 0;
  }

  /** The one of those that have nothing to do that carries the most; undefined: none, or enough are busy. */
  free(): Lane | undefined {
    while (this.#lanes.length < this.count) this.#lanes.push(new Lane(ownPurpose('fetch', true)));
    const [first, ...others] = this.#free;
    return others.reduce((best, lane) => (lane.rate > (best?.rate ?? 0) ? lane : best), first);
  }

  /** Its link; opened when there is none. Rejects with NetworkFailure, NotNow or KafkaError. */
  async open(lane: Lane): Promise<Link> {
    if (lane.link?.connection.isOpen === true) return lane.link;
    try {
      const link = await this.#cluster.link(this.#broker, lane.purpose);
      if (this.#isClosed) link.connection.close();
      lane.opened(link);
      return link;
    } catch (error) {
      // A line that is cut says nothing of how many the broker takes.
      if (lane !== this.own && outOfReach(error) === undefined && !isLeftBehind(error))
        this.#opened = {
          most: Math.max(1, this.#lanes.indexOf(lane)),
          until: performance.now() + refusedMs,
        };
      throw error;
    }
  }

  /** It has carried so many bytes at once, in so many milliseconds. */
  carried(lane: Lane, bytes: number, milliseconds: number): void {
    // A small answer tells how long a round trip takes, and nothing else.
    if (bytes < leastBytes) return;
    const rate = bytes / Math.max(1, milliseconds);
    this.#rate = averaged(this.#rate, rate);
    lane.carried(rate);
  }

  get #free(): readonly Lane[] {
    return this.#lanes
      .slice(0, this.count)
      .filter((lane) => !lane.isBusy && !(this.isOwnTaken && lane === this.own));
  }

  /** What has come since the last look; `isShort`: there was less to fetch than they could have carried. */
  look(now: number, isShort: boolean): void {
    let bytes = 0;
    for (const lane of this.#lanes) {
      if (lane.link === undefined) continue;
      bytes += lane.received - lane.seen;
      lane.seen = lane.received;
    }
    this.#pace.observe(now, bytes);
    if (isShort) {
      this.#count.idle();
      return;
    }
    this.#busyAt = now;
    this.#queue.look(now);
    // What those had begun that are not to be busy any more is not what the others carry.
    if (this.#lanes.slice(this.count).some(({ isBusy }) => isBusy)) return;
    // Nor is what fewer carry what so many do.
    if (this.opening > 0) return;
    this.#count.observe(now, bytes, this.roundTrip, this.#queue.isLong);
  }

  /** Closes all but the fetcher's own. */
  rest(): void {
    for (const lane of this.#lanes.splice(1)) lane.link?.connection.close();
  }

  close(): void {
    this.#isClosed = true;
    this.rest();
    this.own.link?.connection.close();
  }
}

/** 0: nothing is known so far. */
function averaged(average: number, rate: number): number {
  return average === 0 ? rate : average + newest * (rate - average);
}
