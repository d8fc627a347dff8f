/** Notices that what is sent comes slower than it lasts: its encoder, or its line, is too slow. Times may come in. */

/** Milliseconds behind the clock that are told first; each time it has doubled it is told again. */
const firstTold = 3000;

export class PaceWatch {
  #began: number | undefined;
  #least = Number.POSITIVE_INFINITY;
  #told = firstTold;

  /** Media up to `end` had come at `now`, milliseconds by the steady clock. A sentence, where that is later than it should be. */
  push(end: number, now: number = performance.now()): string | undefined {
    this.#began ??= now;
    this.#least = Math.min(this.#least, now - end);
    const behind = now - end - this.#least;
    if (behind < this.#told) return undefined;
    while (behind >= this.#told) this.#told *= 2;
    const since = Math.round((now - this.#began) / 1000);
    return `what is sent comes too slowly: after ${since} s it is ${(behind / 1000).toFixed(1)} s behind. Lower the bit rate of the sender, or spare its processor`;
  }
}
