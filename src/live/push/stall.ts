/** Whether a target takes nothing of what it is given. A stream that pauses gives nothing, and is no fault of its targets. Pure. */

/** How a feed and its target stand; times are milliseconds of the steady clock. */
export interface Standing {
  readonly now: number;
  /** When it was last seen that more had been sent. */
  readonly grewAt: number;
  /** When something was last taken from the feed. */
  readonly takenAt: number;
  /** Something is there that was not taken. */
  readonly isWaiting: boolean;
}

/** What is sent is told twice a second, and FFmpeg keeps the last of a stream until it knows what follows: that much is owed by nobody. */
const usualDelay = 3000;

export class Stall {
  readonly #after: number;
  readonly #delay: number;
  /** Since when the target owes something. */
  #since: number | undefined;

  /** `after`: milliseconds of taking nothing. */
  constructor(after: number) {
    this.#after = after;
    this.#delay = Math.min(usualDelay, after / 2);
  }

  /** To be asked several times a second. */
  isDue({ now, grewAt, takenAt, isWaiting }: Standing): boolean {
    if (!isWaiting && takenAt <= grewAt + this.#delay) {
      this.#since = undefined;
      return false;
    }
    this.#since ??= now;
    return now - Math.max(this.#since, grewAt) > this.#after;
  }
}
