/**
 * What may go through all connections of a client, in one direction: so many bytes a second, in steps of a fortieth of one. Who comes
 * first goes first, so that connections take turns. PURE but for the clock that it is given.
 */

/** Bytes a second now; undefined: as many as there are. Asked a few times a second. */
export type BandwidthLimit = () => number | undefined;

/** Milliseconds that a step is worth. */
const stepMs = 25;
const leastStep = 512;
const mostStep = 256 * 1024;
/** Milliseconds that whoever is late may make up for, for timers are: less than a twentieth of five seconds. */
const creditMs = 200;
/** Milliseconds for which an answer of the limit is good. */
const freshMs = 200;
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
  /** When all that was granted has gone through. */
  #freeAt = 0;

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

  /** Takes a place for so many bytes: gives the milliseconds until they may go. */
  reserve(bytes: number): number {
    const before = this.#use(bytes);
    return Math.max(0, before - this.#now());
  }

  /** So many bytes have gone: gives the milliseconds until further ones may. */
  spend(bytes: number): number {
    this.#use(bytes);
    return Math.max(0, this.#freeAt - this.#now());
  }

  /** Gives when what was granted before has gone. */
  #use(bytes: number): number {
    const rate = this.#current();
    const from = Math.max(this.#freeAt, this.#now() - creditMs);
    this.#freeAt = rate === undefined ? this.#now() : from + bytes / rate;
    return rate === undefined ? 0 : from;
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
    const rate = limit === undefined || !(limit > 0) ? undefined : limit / 1000;
    if (rate !== undefined && this.#rate === undefined) this.#freeAt = now;
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
