/**
 * PURE. How many connections to one broker are worth it, found out by trying: twice as many while that carries a good part more, half of
 * them where as much comes without. A line that loses packets, or is long, gives each connection its own share; one that is full gives
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

/** What has to be more with twice as many connections, for them to be kept; it would be twice as much where loss alone holds them back. */
const goodPart = 1.3;
/** Half as many are enough when they carry so much of what all did; and clearly not when it is less than the second. */
const nearlyAll = 0.92;
const clearlyLess = 0.75;
/** Milliseconds between two trials: so many after a first one that changed nothing, twice as many after each further one, up to the second. */
const firstPause = 1500;
const longestPause = 60_000;
/** To say no takes so many times longer than to say yes: chance must not be what ends the growth. */
const patience = 3;

export class ConnectionCount {
  readonly #most: number;
  #count: number;
  #window: Window | undefined;
  /** What a trial is compared with; undefined while there is none. */
  #before: Measured | undefined;
  #pause = firstPause;
  #nextTrial = 0;
  /** Growth goes first. */
  #growsNext = true;
  /** Trials of growth, one after the other, that changed nothing. */
  #misses = 0;

  /** `most`: connections at once; `first`: to begin with. */
  constructor(most: number, first = 2) {
    this.#most = Math.max(1, most);
    this.#count = Math.min(first, this.#most);
  }

  /** So many should be busy now, where there is enough to carry and the way is long. */
  get count(): number {
    return this.#count;
  }

  /** `bytes` have come since the last call, while `count` connections had all that they could carry. Times in milliseconds, steady. */
  observe(now: number, bytes: number, roundTrip: number): void {
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
    const least = 4 * roundTrip + 300;
    if (length < least) return;
    const isLong = length >= patience * least;
    this.#judge(now, window.bytes / length, isLong, roundTrip);
  }

  /** There was not enough to carry: what has been measured tells nothing. */
  idle(): void {
    this.#window = undefined;
    if (this.#before !== undefined) this.#count = this.#before.count;
    this.#before = undefined;
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
    this.#before = undefined;
    this.#begin(now, settlingTime(roundTrip));
    if (isBetter) this.#accept(now, isGrowth, rate);
    else this.#reject(now, isGrowth, before.count);
  }

  /** Where more was better, still more may be; where as much came of fewer, still fewer may do. */
  #accept(now: number, isGrowth: boolean, rate: number): void {
    this.#pause = firstPause;
    this.#misses = 0;
    this.#growsNext = isGrowth && this.#count < this.#most;
    if (!this.#growsNext || !this.#try(rate)) this.#nextTrial = now + this.#pause;
  }

  /** Chance may have had a hand in it, so growth is tried once more before fewer are. */
  #reject(now: number, isGrowth: boolean, count: number): void {
    this.#count = count;
    this.#misses = isGrowth ? this.#misses + 1 : 0;
    this.#growsNext = !isGrowth || this.#misses % 2 === 1;
    this.#nextTrial = now + this.#pause;
    this.#pause = Math.min(longestPause, this.#pause * 2);
  }

  /** Other connections than so far, to compare with what these carry. False: there are none to be tried. */
  #try(rate: number): boolean {
    const count = this.#count;
    const more = Math.min(this.#most, count * 2);
    const fewer = Math.ceil(count / 2);
    this.#count = (this.#growsNext && more > count) || fewer === count ? more : fewer;
    if (this.#count === count) return false;
    this.#before = { count, rate };
    return true;
  }

  #begin(now: number, settle: number): void {
    this.#window = { settledAt: now + settle, from: undefined, bytes: 0 };
  }
}

/** Until connections that are new carry what they can: opened, greeted, asked, and past their first packets. */
function settlingTime(roundTrip: number): number {
  return 3 * roundTrip + 100;
}
