/**
 * PURE. How many connections to a broker carry a producer's records of free order, and how large these best are, by what was acknowledged
 * and how long a round trip takes. One, where a round trip is short. Else four times as many, as long as that brings a third more; fewer
 * where the line stays full, which a round trip tells that takes longer than the shortest. Now and then fewer are tried, or more.
 */

import { RecentTrips } from './recent-trips.ts';

/** What is seen of the line at one moment. */
export interface LineSample {
  /** Milliseconds by the steady clock. */
  readonly now: number;
  /** Acknowledged so far. */
  readonly bytes: number;
  /** Milliseconds of a small request just now; undefined when there is no news. */
  readonly roundTrip: number | undefined;
  /** Records wait because all connections are busy, or as many are on their way as memory holds. */
  readonly isBusy: boolean;
}

/** Milliseconds of a round trip from which on distance, and not the machines, is what a record waits for. */
const longTrip = 5;
/**
 * The same of a small request, where a connection is taken sooner: by something on the way, as a tunnel or a sidecar; or by the broker's
 * system, and it is the broker that is busy. So many requests tell.
 */
const longRequest = 20;
const requestsTell = 16;
/** So many times as many are tried; once the line was full, fewer beyond. */
const growth = 4;
const growthNearFull = 1.25;
/** More connections are to bring so much more. */
const moreThan = 1.15;
const shrinking = 0.75;
/** Half as many connections that carry so much of it are enough. */
const asMuch = 0.85;
/** Milliseconds, and round trips, that are measured at the least. */
const leastPeriod = 300;
const periodTrips = 4;
/** Round trips until a new connection carries something: its handshakes, and its first batch. */
const settlingTrips = 5;
/** Milliseconds, and round trips, after which another number has shown that it brings nothing: new connections begin with too much, and lose it. */
const trialPeriod = 2000;
const trialTrips = 16;
/** Milliseconds until what connections that are not used any more had taken is acknowledged. */
const drainingMs = 800;
/** Milliseconds for which a line that is full is given: new connections begin with too much, and find out. */
const fullFor = 1500;
/** So many round trips in a row are to have been longer meanwhile: fewer may be those of requests that were lost, and sent again. */
const longerInARow = 4;
/** Milliseconds in which one connection alone has never been answered as soon as at best: the way there is another one now. */
const otherWayAfter = 10_000;
/** So many milliseconds without a request are a pause, of which nobody knows anything. */
const pauseMs = 2000;
/** Milliseconds until the next look at another number, doubled each time that it brings nothing. */
const firstHold = 8_000;
const longestHold = 64_000;
/** A record is to take so many seconds on its connection: what is lost holds up no more, and the end of a file waits for no longer. */
const recordSeconds = 0.3;
/** Smaller records cost more than they hold. */
const leastRecord = 64 * 1024;

/** What another number is compared with. */
interface Before {
  readonly lanes: number;
  /** Bytes a second. */
  readonly rate: number;
  /** They brought no more than fewer before them. */
  readonly wasTooMany: boolean;
}

export class LaneCount {
  readonly #most: number;
  #lanes = 1;
  #growth = growth;
  /** Milliseconds in which a connection was taken, and a small request answered while the line was not full: at best. */
  #taken = Number.POSITIVE_INFINITY;
  #answered = Number.POSITIVE_INFINITY;
  #requests = 0;
  /** Since the present number has settled. */
  readonly #recent = new RecentTrips();
  /** When a round trip last showed that the line is not full. */
  #free = 0;
  #isFull = false;
  /** Round trips since then, all of them longer. */
  #longer = 0;
  /** Since when one connection alone has seen a full line, and the shortest round trip since; undefined: it does not. */
  #alone: { readonly since: number; readonly least: number; readonly seen: number } | undefined;
  /** Since when is measured, and what was acknowledged by then; undefined: from the next sample on. */
  #since: { readonly at: number; readonly bytes: number } | undefined;
  /** Nothing is measured before. */
  #settled = 0;
  /** Bytes a second with the present number. */
  #rate = 0;
  /** What was before, while another number is looked at. */
  #before: Before | undefined;
  #next: 'up' | 'down' = 'up';
  #hold = firstHold;
  #heldUntil = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get lanes(): number {
    return this.#lanes;
  }

  /** True once it is known that distance is what records wait for. */
  get isLong(): boolean {
    if (Math.max(this.#taken, this.#answered) === Number.POSITIVE_INFINITY || this.isNear) return false;
    return this.#taken >= longTrip || this.#requests >= requestsTell;
  }

  /** True once it is known that it is not. */
  get isNear(): boolean {
    return this.#answered < (this.#taken >= longTrip ? longTrip : longRequest);
  }

  /** Bytes that a record best has at the most. */
  get recordBytes(): number {
    if (!this.isLong) return Number.POSITIVE_INFINITY;
    return Math.max(leastRecord, Math.floor((this.#rate / this.#lanes) * recordSeconds));
  }

  /** A connection was taken, and a small request answered, within so many milliseconds at best. */
  saw({ taken, answered }: { readonly taken: number; readonly answered: number }): void {
    this.#taken = Math.min(this.#taken, taken);
    // Later, what has long been so may not be so any more.
    if (this.#requests > 0) return;
    this.#answered = Math.min(this.#answered, answered);
    this.#recent.atRest(answered);
  }

  /** Gives the number from now on. */
  take({ now, bytes, roundTrip, isBusy }: LineSample): number {
    if (roundTrip !== undefined) {
      this.#requests += 1;
      this.#answered = Math.min(this.#answered, roundTrip);
      this.#isFull = this.#isLongerThanBest(roundTrip);
      this.#longer = this.#isFull ? this.#longer + 1 : 0;
      if (!this.#isFull) this.#free = now;
      if (now >= this.#settled) this.#recent.add(roundTrip);
      this.#seeWhetherTheWayIsAnother(now, roundTrip);
    }
    if (!this.isLong) this.#use(1, now);
    else if (!isBusy || now < this.#settled) this.#since = undefined;
    else this.#measure(now, bytes);
    return this.#lanes;
  }

  #isLongerThanBest(roundTrip: number): boolean {
    return roundTrip > this.#answered * 1.5 + 15;
  }

  /** Who can do with no less, and sees a full line all the time, compares with what is not to be had any more. */
  #seeWhetherTheWayIsAnother(now: number, roundTrip: number): void {
    if (!this.#isFull || this.#lanes > 1) {
      this.#alone = undefined;
      return;
    }
    const begun = now - roundTrip;
    if (this.#alone !== undefined && begun - this.#alone.seen > pauseMs) this.#alone = undefined;
    const { since = now, least = roundTrip } = this.#alone ?? {};
    this.#alone = { since, least: Math.min(least, roundTrip), seen: now };
    if (now - since < otherWayAfter) return;
    this.#answered = this.#alone.least;
    this.#alone = undefined;
    this.#isFull = this.#isLongerThanBest(roundTrip);
    this.#free = now;
    this.#growth = growth;
  }

  #measure(now: number, bytes: number): void {
    this.#since ??= { at: now, bytes };
    const elapsed = now - this.#since.at;
    if (elapsed < Math.max(leastPeriod, periodTrips * this.#answered)) return;
    this.#rate = ((bytes - this.#since.bytes) / elapsed) * 1000;
    const isLong = elapsed >= Math.max(trialPeriod, trialTrips * this.#answered);
    this.#judge(now, isLong);
    if (isLong && this.#since !== undefined) this.#since = { at: now, bytes };
  }

  /** `isLong`: long enough was measured to say that a number brings nothing. */
  #judge(now: number, isLong: boolean): void {
    if (this.#longer >= longerInARow && now - Math.max(this.#free, this.#settled) >= fullFor) {
      this.#growth = growthNearFull;
      this.#use(Math.max(1, Math.floor(this.#lanes * shrinking)), now);
      this.#rest(now);
    } else if (this.#before !== undefined) {
      this.#compare(this.#before, now, isLong);
    } else if (now >= this.#heldUntil) {
      this.#look(now);
    }
  }

  /** Another number has shown what it brings: on in that direction, or back. */
  #compare(before: Before, now: number, isLong: boolean): void {
    const { lanes } = this;
    const isUp = lanes > before.lanes;
    const isGood = this.#rate >= before.rate * (isUp ? moreThan : asMuch);
    if (isUp ? !isGood && !isLong : !isLong) return;
    this.#before = undefined;
    if (isGood) {
      if (isUp) this.#hold = firstHold;
      this.#next = isUp ? 'up' : 'down';
      this.#look(now);
      return;
    }
    this.#hold = Math.min(longestHold, this.#hold * 2);
    this.#use(before.lanes, now);
    if (isUp) {
      // Perhaps it was what those before had carried that was too good to last: they have to show it.
      this.#before = { lanes, rate: this.#rate, wasTooMany: true };
      return;
    }
    this.#next = 'up';
    if (before.wasTooMany) this.#look(now);
    else this.#rest(now);
  }

  /** Tries the next number in the direction in which it goes; at its end, turns round and rests. */
  #look(now: number): void {
    const isUp = this.#next === 'up';
    // Who is full already has no use for more, and takes them from others. One alone may not have been able to see it.
    if (isUp && (this.#isFull || (this.#lanes > 1 && !this.#recent.isEmptyInBetween))) return;
    const wanted = isUp ? Math.ceil(this.#lanes * this.#growth) : Math.floor(this.#lanes / 2);
    const lanes = Math.min(this.#most, Math.max(1, wanted));
    if (lanes === this.#lanes) {
      this.#next = isUp ? 'down' : 'up';
      this.#rest(now);
      return;
    }
    this.#before = { lanes: this.#lanes, rate: this.#rate, wasTooMany: false };
    this.#use(lanes, now);
  }

  #rest(now: number): void {
    this.#before = undefined;
    this.#heldUntil = now + this.#hold;
  }

  #use(lanes: number, now: number): void {
    if (lanes === this.#lanes) return;
    // What those have taken that are not used any more is acknowledged for a while.
    this.#settled = now + settlingTrips * this.#answered + (lanes < this.#lanes ? drainingMs : 0);
    this.#since = undefined;
    this.#recent.clear();
    this.#lanes = lanes;
  }
}
