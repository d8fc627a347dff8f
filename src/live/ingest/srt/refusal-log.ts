/** Refusals in the log: strangers must not be able to fill it. */
import type { Logger } from '../../../log.ts';
import { Sparing } from '../sparing.ts';
import type { Refused } from './admit.ts';

export class RefusalLog {
  readonly #logger: Logger;
  readonly #sparing = new Sparing();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** `now`: milliseconds of a steady clock. */
  tell(address: string, { reason, message }: Refused, now: number): void {
    if (!this.#sparing.may(address, now)) return;
    const count = this.#sparing.takeUnsaid();
    const unsaid = count === 0 ? {} : { unsaid: count };
    this.#logger.warn({ address, reason, ...unsaid }, `an SRT sender was refused: ${message}`);
  }
}
