/**
 * PURE. How long is waited after each failure in a row: longer each time, up to a few seconds. A broker that was away, and answers that it
 * is not ready, will be soon: it is asked as after the first failure then. Once, for one that comes and goes would be asked without end.
 */
import { NotNow } from './failures.ts';
import { isTurnedAway, outOfReach } from './out-of-reach.ts';

const firstDelayMs = 40;
const lastDelayMs = 3000;
/** Between two attempts to send something where there is no way for the moment: that costs nobody anything. */
const lastLocalDelayMs = 500;
/** The same to a machine on which no broker runs: its system says so at once. */
const lastTurnedAwayMs = 1000;

/** Milliseconds to wait after so many failures in a row: doubling, capped, the upper half at random. */
export function delayAfter(failures: number, random = Math.random()): number {
  const full = Math.min(lastDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 16));
  return full * (0.5 + random / 2);
}

/**
 * Of that delay, what is left to wait after this failure. Who has waited for a connection has waited; and a broker that is out of
 * reach, by a line that is cut, is to be found soon after that is whole again, as is one that is started again.
 */
export function delayOf(error: unknown, full: number): number {
  const waited = outOfReach(error);
  if (waited !== undefined) {
    return waited > 0 ? Math.max(firstDelayMs, full - waited) : Math.min(full, lastLocalDelayMs);
  }
  // As large a part of it is left to chance.
  return isTurnedAway(error) ? Math.min(full, lastTurnedAwayMs * (0.5 + full / lastDelayMs / 2)) : full;
}

export class Pauses {
  #count = 0;
  #isAnswered = false;

  /** Milliseconds to wait after one more failure. */
  next(error: unknown, random = Math.random()): number {
    this.#count += 1;
    if (error instanceof NotNow && !this.#isAnswered) {
      this.#isAnswered = true;
      this.#count = 1;
    }
    return delayOf(error, delayAfter(this.#count, random));
  }
}
