/** What stands in the way of a name that has no bytes to be kept aside: its record waits a little, for another one may remove that. */
import { isPermanent, StoppedError } from '../shared/disk-retry.ts';

/** Milliseconds that the names of a record wait; a record behind it is dealt with meanwhile. */
const usual = 3000;

export class Obstacles {
  readonly #patience: number;
  #gone = Promise.withResolvers<void>();

  constructor(patience = usual) {
    this.#patience = patience;
  }

  /** How long names wait that are begun with now, for {@link pass}: all of a record together, for there may be thousands in it. */
  until(): number {
    return performance.now() + this.#patience;
  }

  /** Something was removed. */
  removed(): void {
    this.#gone.resolve();
    this.#gone = Promise.withResolvers();
  }

  /** Tries until it works, whenever something was removed. Rejects with the last error, or with StoppedError. */
  async pass(work: () => Promise<void>, until: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const { promise: gone } = this.#gone;
      try {
        return await work();
      } catch (error) {
        const left = until - performance.now();
        if (!isPermanent(error) || left <= 0) throw error;
        const { promise: soon, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, left);
        const stop = (): void => resolve();
        signal.addEventListener('abort', stop);
        await Promise.race([gone, soon]);
        signal.removeEventListener('abort', stop);
        clearTimeout(timer);
        if (signal.aborted) throw new StoppedError('stopped while something stood in the way');
      }
    }
  }
}
