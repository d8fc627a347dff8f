/** PURE. How long names wait to become names of one file for versions that have not come, or do not stand yet: they are whole without. */

/** Milliseconds for which those are waited for that have come, and those on the topic while nothing comes of their partitions. */
const usual = 1000;
const longest = 10 * 60_000;

/**
 * How far one of two names is. `to-come`: its version is on its way to its name; `ahead`: reading has not come to it; `under-way`: it may have come, and
 * not stand there yet.
 */
export type Waiting = 'to-come' | 'ahead' | 'under-way';

export class JoinPatience {
  #until: number;
  #last: number;
  #reached: string | undefined;

  /** `now`: steady milliseconds. */
  constructor(now: number) {
    this.#until = now + usual;
    this.#last = now + longest;
  }

  /** True where another look is worth it. `reached` tells how far reading is where what is waited for stands. */
  goesOn(found: readonly Waiting[], reached: string, now: number): boolean {
    if (found.length === 0) return false;
    // What is on its way ends by itself, however large it is.
    const isComing = found.includes('to-come');
    if (isComing || found.includes('ahead')) this.#until = now + usual;
    // A partition of a hundred gigabytes takes an hour; one without a leader is not waited for by all that is read behind this.
    if (isComing || reached !== this.#reached) this.#last = now + longest;
    this.#reached = reached;
    return now <= Math.min(this.#until, this.#last);
  }
}
