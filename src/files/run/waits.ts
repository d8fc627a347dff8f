/** What holds a run up at the moment, by its events. */
import type { ResumedEvent, WaitingEvent } from '../shared/events.ts';

/** All that can hold a run up. */
export const holders = ['kafka', 'disk', 'source', 'sink'] as const satisfies readonly WaitingEvent['on'][];

export class Waits {
  readonly #on = new Map<WaitingEvent['on'], string>();

  see(event: WaitingEvent | ResumedEvent): void {
    if (event.type === 'waiting') this.#on.set(event.on, event.message);
    else this.over(event.on);
  }

  /** That is there again. */
  over(on: WaitingEvent['on']): void {
    this.#on.delete(on);
  }

  /** It is over, and waits for nothing. */
  clear(): void {
    this.#on.clear();
  }

  /** Why, in the words of its events. */
  get reasons(): ReadonlyMap<WaitingEvent['on'], string> {
    return this.#on;
  }

  /** Why Kafka cannot be reached; undefined: it can, as far as anybody knows. */
  get kafka(): string | undefined {
    return this.#on.get('kafka');
  }

  /** 1 for each that holds the run up, 0 for all others. */
  get figures(): readonly (readonly [{ readonly on: string }, number])[] {
    return holders.map((on) => [{ on }, Number(this.#on.has(on))] as const);
  }
}
