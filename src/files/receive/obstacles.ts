/** What stands in the way of a name that has no bytes to be kept aside: its record waits a little, for another one may remove that. */
import { isPermanent, StoppedError } from '../shared/disk-retry.ts';

/** Milliseconds that a name waits; a record behind it is dealt with meanwhile. */
const patience = 3000;

export class Obstacles {
  #gone = Promise.withResolvers<void>();

  /** Something was removed. */
  removed(): void {
    this.#gone.resolve();
    this.#gone = Promise.withResolvers();
  }

  /** Tries until it works, whenever something was removed. Rejects with the last error, or with StoppedError. */
  async pass(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const until = performance.now() + patience;
    for (;;) {
      const { promise: gone } = this.#gone;
      try {
        return await work();
      } catch (error) {
        const left = until - performance.now();
        if (!isPermanent(error) || left <= 0) throw error;
        let timer: NodeJS.Timeout | undefined;
        const soon = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, left);
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
        await Promise.race([gone, soon]);
        clearTimeout(timer);
        if (signal.aborted) throw new StoppedError('stopped while something stood in the way');
      }
    }
  }
}
