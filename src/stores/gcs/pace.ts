/** Google lets an object be written once a second, and refuses what comes sooner (429): what is written again and again waits for its turn. */
import { setTimeout as delay } from 'node:timers/promises';

export class Pace {
  readonly #interval: number;
  readonly #now: () => number;
  readonly #wait: (milliseconds: number) => Promise<unknown>;
  /** When each key may be written next; the one that was written longest ago comes first. */
  readonly #next = new Map<string, number>();

  /** `interval`: milliseconds. */
  constructor(
    interval: number,
    now = () => performance.now(),
    wait: (milliseconds: number) => Promise<unknown> = delay,
  ) {
    this.#interval = interval;
    this.#now = now;
    this.#wait = wait;
  }

  /** Resolves when this key may be written. */
  async turn(key: string): Promise<void> {
    const now = this.#now();
    for (const [other, at] of this.#next) {
      if (at > now) break;
      this.#next.delete(other);
    }
    const at = this.#next.get(key) ?? now;
    this.#next.delete(key);
    this.#next.set(key, at + this.#interval);
    if (at > now) await this.#wait(at - now);
  }
}
