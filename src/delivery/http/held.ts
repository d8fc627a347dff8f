/**
 * Requests that wait for what will come. No timer and no closure of their own: what comes releases them by one walk through
 * the list, and one sweep a second ends those that have waited for too long.
 */
import type { Exchange } from './exchange.ts';

/** A request that waits. */
export interface Held {
  readonly exchange: Exchange;
  /** When waiting ends: milliseconds of the steady clock. */
  readonly deadline: number;
}

export class HeldRequests<T extends Held> {
  #held: T[] = [];

  get count(): number {
    return this.#held.length;
  }

  add(request: T): void {
    this.#held.push(request);
  }

  /** Takes out those that `isReady`, in the order in which they came, and hands them to `answer`. */
  release(isReady: (request: T) => boolean, answer: (request: T) => void): void {
    if (this.#held.length === 0) return;
    const before = this.#held;
    const waiting: T[] = [];
    const ready: T[] = [];
    for (const request of before) (isReady(request) ? ready : waiting).push(request);
    if (ready.length === 0) return;
    // Before anybody is answered: an answer may lead to the next request within this turn.
    this.#held = waiting;
    for (const request of ready) answer(request);
  }

  /** Takes out those whose viewer has gone, and hands those that have waited for too long to `late`. */
  sweep(now: number, late: (request: T) => void): void {
    this.release(({ exchange, deadline }) => exchange.hasGone || deadline <= now, late);
  }

  /** Takes out all of them. */
  releaseAll(answer: (request: T) => void): void {
    this.release(() => true, answer);
  }
}
