/** Refusals in the log: strangers must not be able to fill it. */
import type { Logger } from '../../../log.ts';
import type { Refused } from './admit.ts';

const period = 10_000;
const mostInPeriod = 20;

export class RefusalLog {
  readonly #logger: Logger;
  #from = Number.NEGATIVE_INFINITY;
  #count = 0;
  #unsaid = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** `now`: milliseconds of a steady clock. */
  tell(address: string, { reason, message }: Refused, now: number): void {
    if (now - this.#from >= period) [this.#from, this.#count] = [now, 0];
    this.#count++;
    if (this.#count > mostInPeriod) {
      this.#unsaid++;
      return;
    }
    const unsaid = this.#unsaid === 0 ? {} : { unsaid: this.#unsaid };
    this.#unsaid = 0;
    this.#logger.warn({ address, reason, ...unsaid }, `an SRT sender was refused: ${message}`);
  }
}
