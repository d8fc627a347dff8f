/**
 * What may go through all connections of a client, in one direction: so many bytes a second, in steps of a fortieth of one. Who comes
 * first goes first, so that connections take turns. PURE but for the clock that it is given.
 */

/** Bytes a second now; undefined: as many as there are. Asked up to twenty times a second. */
export type BandwidthLimit = () => number | undefined;

/** Milliseconds that a step is worth. */
const stepMs = 25;
const leastStep = 512;
/** Bytes per millisecond: more than any line has. */
const mostRate = 1e9;
const mostStep = 256 * 1024;
/** Milliseconds that whoever is late may make up for, for timers are: less than a twentieth of five seconds. */
const creditMs = 200;
/** Milliseconds for which an answer of the limit is good. */
const freshMs = 50;
/** Milliseconds that a record takes: what is urgent waits no longer behind one. */
const recordMs = 200;
const leastRecord = 16 * 1024;
/** Milliseconds of what is asked for at once: the system takes in much of it as soon as it is there. */
const askMs = 250;

export class Pace {
  readonly #limit: BandwidthLimit;
  readonly #now: () => number;
  /** Bytes per millisecond. */
  #rate: number | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Bytes that were granted since the beginning, and how many of them have gone by `#at`: a place is worth the same under another limit. */
  #granted = 0;
  #gone = 0;
  #at = 0;

  /** `now`: milliseconds of a steady clock. */
  constructor(limit: BandwidthLimit, now: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#now = now;
  }

  /** False while nothing is limited. */
  get isOn(): boolean {
    return this.#current() !== undefined;
  }

  /** Bytes that best go at once. */
  get step(): number {
    const rate = this.#current();
    if (rate === undefined) return mostStep;
    return Math.min(mostStep, Math.max(leastStep, Math.round(rate * stepMs)));
  }

  /** Bytes that a record best has at the most. */
  get recordBytes(): number {
    return this.#worth(recordMs, leastRecord);
  }

  /** Bytes that are best asked for at once, at the most. */
  get askBytes(): number {
    return this.#worth(askMs, leastRecord);
  }

  /** So much is asked for ahead that more had better wait: systems would take it in as soon as it is there. */
  isMuch(bytes: number): boolean {
    return bytes >= 2 * this.askBytes;
  }

  /** Takes a place for so many bytes: they may go when {@link wait} of it is over. */
  reserve(bytes: number): number {
    const rate = this.#current();
    // Without a limit all has gone.
    if (rate === undefined) this.#gone = this.#granted;
    else this.#pass(rate);
    const place = this.#granted;
    this.#granted += bytes;
    return place;
  }

  /** So many bytes have gone: further ones may when {@link wait} of what it gives is over. */
  spend(bytes: number): number {
    this.reserve(bytes);
    return this.#granted;
  }

  /** Milliseconds until the turn of a place has come, under the limit as it is now: whoever waits long asks again. */
  wait(place: number): number {
    const rate = this.#current();
    if (rate === undefined) return 0;
    this.#pass(rate);
    return Math.max(0, (place - this.#gone) / rate);
  }

  /** Nobody is further ahead of what was granted than he may make up for: so both count bytes that went, and stay exact. */
  #pass(rate: number): void {
    const now = this.#now();
    this.#gone = Math.min(this.#gone + (now - this.#at) * rate, this.#granted + creditMs * rate);
    this.#at = now;
  }

  #worth(milliseconds: number, least: number): number {
    const rate = this.#current();
    return rate === undefined ? Number.POSITIVE_INFINITY : Math.max(least, Math.floor(rate * milliseconds));
  }

  #current(): number | undefined {
    const now = this.#now();
    if (now - this.#askedAt < freshMs) return this.#rate;
    this.#askedAt = now;
    const limit = this.#limit();
    const rate = limit === undefined || !(limit > 0) ? undefined : Math.min(limit / 1000, mostRate);
    if (this.#rate !== undefined) this.#pass(this.#rate);
    else this.#gone = this.#granted;
    // What was granted goes when that was said, or sooner.
    if (rate !== undefined && this.#rate !== undefined && rate < this.#rate)
      this.#gone += Math.max(0, this.#granted - this.#gone) * (1 - rate / this.#rate);
    this.#at = now;
    this.#rate = rate;
    return rate;
  }
}

/** Of one client: both directions have the whole limit. */
export interface Paces {
  readonly sent: Pace;
  readonly received: Pace;
}

export function pacesOf(limit: BandwidthLimit | undefined): Paces | undefined {
  return limit && { sent: new Pace(limit), received: new Pace(limit) };
}
