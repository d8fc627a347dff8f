/** What stands in the way of a name that has no bytes to be kept aside: its record waits a little, for another one may remove that. */
import { isPermanent, StoppedError } from '../shared/disk-retry.ts';

/** Milliseconds that the names of a record wait; a record behind it is dealt with meanwhile. */
const usual = 3000;
/** The same where others remove things too, by records that we do not read; and between two looks for that. */
const among = 10_000;
const lookEvery = 250;

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

  /** The same for {@link moment}. */
  untilAmongOthers(): number {
    return performance.now() + among;
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
        await pause(left, gone, signal);
      }
    }
  }

  /** Resolves with true when another try is worth it, for others may have removed something; with false once the time is over. Rejects with StoppedError. */
  async moment(until: number, signal: AbortSignal): Promise<boolean> {
    const left = until - performance.now();
    if (left <= 0) return false;
    await pause(Math.min(left, lookEvery), this.#gone.promise, signal);
    return true;
  }
}

/** Waits until something was removed, or so many milliseconds are over. Rejects with StoppedError. */
async function pause(milliseconds: number, gone: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: soon, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const stop = (): void => resolve();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  await Promise.race([gone, soon]);
  signal.removeEventListener('abort', stop);
  clearTimeout(timer);
  if (signal.aborted) throw new StoppedError('stopped while something stood in the way');
}
