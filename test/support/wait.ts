/** Waiting for a condition: a test never sleeps for luck. */
import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds after which the wait has failed. Default 30 s: a limit for the lost, no measure of speed. */
  readonly timeout?: number;
  /** Milliseconds between two looks. Default 25. */
  readonly interval?: number;
  /** What is waited for, for the error's message. */
  readonly what?: string;
}

/**
 * Resolves with the condition's first value that is not undefined, null or false.
 * @throws when the time is over (the condition's last error, if it threw, as cause)
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeout = 30_000, interval = 25, what = 'the condition' }: WaitOptions = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + timeout;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== null && value !== false) {
        return value as NonNullable<Exclude<T, false>>;
      }
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) throw new Error(`${what} did not come within ${timeout} ms`, { cause });
    await delay(interval);
  }
}
