/**
 * PURE. How many connections to one broker are worth it, found out by trying: several times as many while that carries a good part more, half
 * of them where as much comes without. A line that loses packets, or is long, gives each connection its own share; one that is full gives
 * no more to many than to few.
 */

/** A share of the line, as it was measured with so many connections. */
interface Measured {
  readonly count: number;
  /** Bytes per millisecond. */
  readonly rate: number;
}

interface Window {
  /** Connections that are new begin slowly: nothing is counted before this time. */
  readonly settledAt: number;
  /** When counting began; undefined until then. */
  from: number | undefined;
  bytes: number;
}

/** So many connections are tried first. */
const firstTrial = 8;
/** Then so many times as many, until more have brought nothing; from then on twice as many. */
const firstGrowth = 4;
const laterGrowth = 2;
/** What has to be more with them, for them to be kept; it would be as many times as much where loss alone holds them back. */
const goodPart = 1.3;
/** Half as many are enough when they carry so much of what all did; and clearly not when it is less than the second. */
const nearlyAll = 0.92;
const clearlyLess = 0.75;
/** Milliseconds between two trials: so many after a first one that changed nothing, twice as many after each further one, up to the second. */
const firstPause = 1500;
const longestPause = 60_000;
/** Milliseconds, and round trips, in which nothing comes at all where a line is cut. */
const silentMs = 1000;
const silentTrips = 4;
/** To say no takes so many times longer than to say yes: chance must not be what ends the growth. */
const patience = 2.5;

export class ConnectionCount {
  readonly #most: number;
  #count: number;
  #window: Window | undefined;
  /** What a trial is compared with; undefined while there is none. */
  #before: Measured | undefined;
  #growth = firstGrowth;
  #isFirst = true;
  #pause = firstPause;
  #nextTrial = 0;
  /** Growth goes first. */
  #growsNext = true;
  /** Growth has brought nothing, and those before it are measured again. */
  #isConfirming = false;
  /** More would only take from each other, and from others. */
  #isFull = false;
  /** Since when nothing has come; undefined: it has. */
  #silentSince: number | undefined;

  /** `most`: connections at once; `first`: to begin with. */
  constructor(most: number, first = 2) {
    this.#most = Math.max(1, most);
    this.#count = Math.min(first, this.#most);
  }

  /** So many should be busy now, where there is enough to carry and the way is long. */
  get count(): number {
    return this.#count;
  }

  /**
   * `bytes` have come since the last call, while `count` connections had all that they could carry. `isFull`: what is small waits for its turn on
   * the line. Times in milliseconds, steady.
   */
  observe(now: number, bytes: number, roundTrip: number, isFull = false): void {
    this.#isFull = isFull;
    // A line that is cut says nothing of how many it is worth; and whatever came after nothing would be more.
    if (bytes === 0) {
      this.#silentSince ??= now;
      if (now - this.#silentSince >= silentTrips * roundTrip + silentMs) this.#cutOff(now, roundTrip);
      return;
    }
    // Pauses are those of a line that carries.
    if (this.#silentSince !== undefined) this.#nextTrial += now - this.#silentSince;
    this.#silentSince = undefined;
    const window = this.#window;
    if (window === undefined) {
      this.#begin(now, settlingTime(roundTrip));
      return;
    }
    if (window.from === undefined) {
      if (now >= window.settledAt) window.from = now;
      return;
    }
    window.bytes += bytes;
    const length = now - window.from;
    const least = leastWindow(roundTrip);
    if (length < least) return;
    const isLong = length >= patience * least;
    this.#judge(now, window.bytes / length, isLong, roundTrip);
  }

  /** There was not enough to carry: what has been measured tells nothing. */
  idle(): void {
    this.#window = undefined;
    if (this.#before !== undefined && !this.#isConfirming) this.#count = this.#before.count;
    this.#before = undefined;
    this.#isConfirming = false;
  }

  /**
   * A trial that had not shown its worth by then was in vain, and not one to be begun again at once: on a line that is cut every few seconds
   * each connection leaves a batch behind that comes twice.
   */
  #cutOff(now: number, roundTrip: number): void {
    const before = this.#before;
    const from = this.#window?.from;
    const isOverdue = from !== undefined && (this.#silentSince ?? now) - from >= leastWindow(roundTrip);
    const isGrowth = this.#isConfirming || (before !== undefined && this.#count > before.count);
    const wasInVain = this.#isConfirming || (before !== undefined && isOverdue);
    this.idle();
    if (!wasInVain) return;
    if (isGrowth) this.#growth = laterGrowth;
    this.#rest(now, !isGrowth);
  }

  #judge(now: number, rate: number, isLong: boolean, roundTrip: number): void {
    const before = this.#before;
    if (before === undefined) {
      const isTried = now >= this.#nextTrial && this.#try(rate);
      this.#begin(now, isTried ? settlingTime(roundTrip) : 0);
      return;
    }
    const part = rate / Math.max(before.rate, Number.MIN_VALUE);
    const isGrowth = this.#count > before.count;
    const isBetter = part >= (isGrowth ? goodPart : nearlyAll);
    if (!isBetter && !isLong && (isGrowth || part >= clearlyLess)) return;
    this.#begin(now, settlingTime(roundTrip));
    if (isBetter) this.#accept(now, isGrowth, rate);
    else if (isGrowth) this.#confirm(before.count, rate);
    else this.#reject(now, before.count);
  }

  /** Where more was better, still more may be; where as much came of fewer, still fewer may do. */
  #accept(now: number, isGrowth: boolean, rate: number): void {
    this.#before = undefined;
    if (this.#isConfirming) {
      this.#rest(now, false);
      return;
    }
    this.#pause = firstPause;
    this.#growsNext = isGrowth && this.#count < this.#most;
    if (!this.#growsNext || !this.#try(rate)) this.#nextTrial = now + this.#pause;
  }

  /**
   * Connections begin with more than they can keep up: what those before carried may have been too good to last. They have to show it once
   * more.
   */
  #confirm(count: number, rate: number): void {
    this.#before = { count: this.#count, rate };
    this.#count = count;
    this.#growth = laterGrowth;
    this.#isConfirming = true;
  }

  /** Fewer carry less. */
  #reject(now: number, count: number): void {
    this.#before = undefined;
    this.#count = count;
    if (!this.#isConfirming) this.#rest(now, true);
    else {
      this.#isConfirming = false;
      this.#growsNext = count < this.#most;
      this.#nextTrial = now;
    }
  }

  /** A trial has changed nothing. */
  #rest(now: number, growsNext: boolean): void {
    this.#isConfirming = false;
    this.#growsNext = growsNext;
    this.#nextTrial = now + this.#pause;
    this.#pause = Math.min(longestPause, this.#pause * 2);
  }

  /** Other connections than so far, to compare with what these carry. False: there are none to be tried. */
  #try(rate: number): boolean {
    const count = this.#count;
    const more = Math.min(this.#most, this.#isFirst ? Math.max(firstTrial, count) : count * this.#growth);
    const fewer = Math.ceil(count / 2);
    if (this.#isFull) this.#count = fewer;
    else this.#count = (this.#growsNext && more > count) || fewer === count ? more : fewer;
    if (this.#count === count) return false;
    this.#isFirst = false;
    this.#before = { count, rate };
    return true;
  }

  #begin(now: number, settle: number): void {
    this.#window = { settledAt: now + settle, from: undefined, bytes: 0 };
  }
}

/** Of counting, until something can be said. */
function leastWindow(roundTrip: number): number {
  return 4 * roundTrip + 300;
}

/** Until connections that are new carry what they can: opened, greeted, asked, and past their first packets. */
function settlingTime(roundTrip: number): number {
  return 3 * roundTrip + 100;
}
