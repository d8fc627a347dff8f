/** Of those who are not let in, what is told: the first of them one by one, those of a flood by their number. Pure: times come in. */
import { describeError } from '../../errors.ts';
import { withoutSecrets } from '../../secrets.ts';
import type { Refusal } from './contract.ts';
import type { IngestEvent, RefusedEvent } from './events.ts';
import { Sparing, sparingly } from './sparing.ts';

/** Milliseconds between two words of why nobody can be let in. */
const unknownEvery = 60_000;

export class Refusals {
  readonly #tell: (event: IngestEvent) => void;
  readonly #sparing = new Sparing();
  readonly #unsaid = new Map<Refusal, number>();
  #unknownAt = Number.NEGATIVE_INFINITY;

  constructor(tell: (event: IngestEvent) => void) {
    this.#tell = tell;
  }

  /** `now`: milliseconds of a steady clock. */
  push(event: RefusedEvent, now: number): void {
    this.review(now);
    if (this.#sparing.may(event.address, now)) this.#tell(event);
    else this.#unsaid.set(event.why, (this.#unsaid.get(event.why) ?? 0) + 1);
  }

  /** Nobody knows who may send, for this reason. */
  unknown(reason: unknown, now: number): void {
    if (now - this.#unknownAt < unknownEvery) return;
    this.#unknownAt = now;
    const message = `nobody new is let in, for it cannot be found out who may send: ${withoutSecrets(describeError(reason))}`;
    this.#tell({ type: 'notice', message });
  }

  /** Now and then: tells of those that were not told. */
  review(now: number): void {
    const count = this.#sparing.takeOld(now);
    if (count === 0) return;
    const each = [...this.#unsaid].map(([why, unsaid]) => `${unsaid} ${why}`).join(', ');
    this.#unsaid.clear();
    const seconds = sparingly.period / 1000;
    this.#tell({
      type: 'notice',
      message: `within ${seconds} s, ${count} more senders than were told were not let in: ${each}`,
    });
  }
}
