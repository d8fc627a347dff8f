/** The connections over which one broker is asked for records: how many there are to be, and what they carry. */
import type { Cluster } from '../cluster/cluster.ts';
import { ConnectionCount } from '../cluster/connection-count.ts';
import type { Link } from '../cluster/link.ts';
import { type LinkPurpose, ownPurpose } from '../cluster/link-purpose.ts';
import { outOfReach } from '../cluster/out-of-reach.ts';
import type { AheadLimits } from './fetcher-owner.ts';

export interface Lane {
  readonly purpose: LinkPurpose;
  link: Link | undefined;
  /** Bytes that its connection had received at the last look. */
  seen: number;
  isBusy: boolean;
}

/** Milliseconds there and back from which on a connection is at rest for long between two answers. */
const longWay = 5;
/** Connections that have had nothing to do for so long are closed. */
const restMs = 10_000;
/** Where a broker takes no further connection, no more than there are will do for so long. */
const refusedMs = 60_000;
/** What the newest answer counts for in the rate of a connection. */
const newest = 0.3;

export class Lanes {
  readonly #cluster: Cluster;
  readonly #broker: number;
  readonly #count: ConnectionCount;
  /** The first is of the fetcher itself. */
  readonly #lanes: Lane[];
  #rate = 0;
  /** So many can be opened, until then. */
  #opened = { most: Number.POSITIVE_INFINITY, until: 0 };
  #busyAt = performance.now();
  #isClosed = false;

  /** `own`: what the fetcher's own connection is for; all of them together are within `limits`. */
  constructor(cluster: Cluster, broker: number, own: LinkPurpose, limits: AheadLimits) {
    this.#cluster = cluster;
    this.#broker = broker;
    this.#count = new ConnectionCount(limits.most, limits.first);
    this.#lanes = [newLane(own)];
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
    return !this.#lanes.some(({ isBusy }) => isBusy) && performance.now() - this.#busyAt > restMs;
  }

  get areAllBusy(): boolean {
    return this.#lanes.slice(0, this.count).every(({ isBusy }) => isBusy);
  }

  /** One that has nothing to do; undefined: none, or enough are busy. */
  free(): Lane | undefined {
    const { count } = this;
    while (this.#lanes.length < count) this.#lanes.push(newLane(ownPurpose('fetch', true)));
    return this.#lanes.slice(0, count).find(({ isBusy }) => !isBusy);
  }

  /** Its link; opened when there is none. Rejects with NetworkFailure, NotNow or KafkaError. */
  async open(lane: Lane): Promise<Link> {
    if (lane.link?.connection.isOpen === true) return lane.link;
    try {
      lane.link = await this.#cluster.link(this.#broker, lane.purpose);
      if (this.#isClosed) lane.link.connection.close();
      lane.seen = lane.link.connection.received;
      return lane.link;
    } catch (error) {
      // A line that is cut says nothing of how many the broker takes.
      if (lane !== this.own && outOfReach(error) === undefined)
        this.#opened = {
          most: Math.max(1, this.#lanes.indexOf(lane)),
          until: performance.now() + refusedMs,
        };
      throw error;
    }
  }

  /** One of them has carried so many bytes at once, in so many milliseconds. */
  carried(bytes: number, milliseconds: number): void {
    const rate = bytes / Math.max(1, milliseconds);
    this.#rate += (this.#rate === 0 ? 1 : newest) * (rate - this.#rate);
  }

  /** What has come since the last look; `isShort`: there was less to fetch than they could have carried. */
  look(now: number, isShort: boolean): void {
    let bytes = 0;
    for (const lane of this.#lanes) {
      const received = lane.link?.connection.received ?? lane.seen;
      bytes += received - lane.seen;
      lane.seen = received;
    }
    if (isShort) {
      this.#count.idle();
      return;
    }
    this.#busyAt = now;
    // What those had begun that are not to be busy any more is not what the others carry.
    if (this.#lanes.slice(this.count).some(({ isBusy }) => isBusy)) return;
    this.#count.observe(now, bytes, this.roundTrip);
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

function newLane(purpose: LinkPurpose): Lane {
  return { purpose, link: undefined, seen: 0, isBusy: false };
}
