/** Words about strangers: of many some are said and the others counted, for whoever floods a server must not be able to fill its log. Pure: times come in. */
import { hostOf } from './address.ts';
import { whoIs } from './connection-limit.ts';

/** Milliseconds, and how often something is said in them: in all, and of one address, so that one machine does not hide the others. */
export const sparingly = { period: 10_000, most: 20, mostOfOne: 5 } as const;

export class Sparing {
  readonly #limits: typeof sparingly;
  readonly #said = new Map<string, number>();
  #from = Number.NEGATIVE_INFINITY;
  #count = 0;
  #unsaid = 0;

  constructor(limits: typeof sparingly = sparingly) {
    this.#limits = limits;
  }

  /** Whether this is to be said: of an address as `nameOf` writes it. `now`: milliseconds of a steady clock. */
  may(address: string, now: number): boolean {
    const { period, most, mostOfOne } = this.#limits;
    if (now - this.#from >= period) {
      [this.#from, this.#count] = [now, 0];
      this.#said.clear();
    }
    const who = whoIs(hostOf(address));
    const said = this.#said.get(who) ?? 0;
    if (this.#count >= most || said >= mostOfOne) {
      this.#unsaid += 1;
      return false;
    }
    this.#count += 1;
    this.#said.set(who, said + 1);
    return true;
  }

  /** How many were not said since it was asked last. */
  takeUnsaid(): number {
    const unsaid = this.#unsaid;
    this.#unsaid = 0;
    return unsaid;
  }

  /** The same, once they are all of a period that is over; 0 before. */
  takeOld(now: number): number {
    return now - this.#from >= this.#limits.period ? this.takeUnsaid() : 0;
  }
}
