/** A viewer that asks for a playlist again and again. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Owner } from '../support/owner.ts';

export interface ViewerAccount {
  readonly asked: number;
  readonly failures: readonly string[];
  /** Milliseconds. */
  readonly longest: number;
}

/** Milliseconds between two questions. */
const every = 200;

export class Viewer {
  readonly #url: string;
  readonly #stop = new AbortController();
  #asked = 0;
  #longest = 0;
  #failures: string[] = [];

  constructor(owner: Owner, url: string) {
    this.#url = url;
    const watching = this.#watch();
    owner.after(async () => {
      this.#stop.abort();
      await watching;
    });
  }

  /** What there was since it was asked last. */
  take(): ViewerAccount {
    const account = { asked: this.#asked, failures: this.#failures, longest: this.#longest };
    [this.#asked, this.#longest, this.#failures] = [0, 0, []];
    return account;
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const began = performance.now();
      this.#asked += 1;
      try {
        const response = await fetch(this.#url, { signal: AbortSignal.timeout(20_000) });
        const text = await response.text();
        if (!response.ok || !text.startsWith('#EXTM3U'))
          this.#failures.push(`${response.status} ${text.slice(0, 80)}`);
      } catch (error) {
        this.#failures.push(String(error));
      }
      this.#longest = Math.max(this.#longest, performance.now() - began);
      await delay(every, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }
}
