/**
 * Waiting for a store that is away, or busy. One owner of the retry: stores put their requests through it, this decides how often, and says
 * a word when it takes long.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, IncompleteError } from '../../errors.ts';
import type { Patiently } from '../../stores/patiently.ts';
import { isAway } from '../../stores/store-fault.ts';
import { StoppedError } from './disk-retry.ts';
import type { ResumedEvent, WaitingEvent } from './events.ts';
import { uploadWaits } from './upload-waits.ts';

export interface StorePatienceOptions {
  /** For people. */
  readonly place: string;
  readonly on: 'source' | 'sink';
  readonly onEvent: (event: WaitingEvent | ResumedEvent) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds after which a request that never succeeded is given up. Default: never. */
  readonly giveUpAfter?: number;
  /** Replaced by tests. */
  readonly clock?: PatienceClock;
}

/** Steady milliseconds. */
export interface PatienceClock {
  now(): number;
  /** Resolves after so many of them, or when the signal comes. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const steadyClock: PatienceClock = {
  now: () => performance.now(),
  wait: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => {}),
};

function stoppedError(cause?: unknown): StoppedError {
  return new StoppedError('stopped while a store was waited for', { cause });
}

export class StorePatience {
  readonly #options: StorePatienceOptions;
  readonly #clock: PatienceClock;
  /** Requests that have failed, and go on. */
  #failing = 0;
  #hasTold = false;
  /** Since when some request fails. */
  #awaySince: number | undefined;
  #waited = 0;
  /** Steady time until which the store wants no request. */
  #notBefore = 0;
  readonly #stop = new AbortController();

  constructor(options: StorePatienceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? steadyClock;
    this.endWith(options.signal);
  }

  /** Nothing is waited for once this signal has come. */
  endWith(signal: AbortSignal | undefined): void {
    if (signal?.aborted) this.#stop.abort();
    signal?.addEventListener('abort', () => this.#stop.abort(), { once: true });
  }

  /** Milliseconds so far in which some request waited for the store: no time of whoever asked. */
  get waited(): number {
    return this.#waited + (this.#awaySince === undefined ? 0 : this.#clock.now() - this.#awaySince);
  }

  /** Throws StoppedError once a signal has come, IncompleteError past `giveUpAfter`, and all that waiting does not mend. */
  readonly with: Patiently = async (request) => {
    const { giveUpAfter = Number.POSITIVE_INFINITY } = this.#options;
    const { first, last, word } = uploadWaits.store;
    let since: number | undefined;
    try {
      for (let pause: number = first; ; pause = Math.min(last, 2 * pause)) {
        await this.#wait(this.#notBefore - this.#clock.now());
        try {
          return await this.#unlessStopped(request());
        } catch (error) {
          if (!isAway(error)) throw error;
          const now = this.#clock.now();
          if (since === undefined && this.#failing++ === 0) this.#awaySince = now;
          since ??= now;
          if (now - since >= giveUpAfter) throw this.#givenUp(error, now - since);
          if (now - since >= word) this.#tell(error);
          if (error.retryAfter !== undefined)
            this.#notBefore = Math.max(
              this.#notBefore,
              now + Math.min(error.retryAfter, uploadWaits.store.asked),
            );
          await this.#wait(pause * (0.5 + Math.random()), error);
        }
      }
    } finally {
      if (since !== undefined && --this.#failing === 0) this.#resumed();
    }
  };

  /** A server that takes a request and says nothing is no reason to stay: what it says later concerns nobody. */
  async #unlessStopped<T>(request: Promise<T>): Promise<T> {
    const { signal } = this.#stop;
    let stop: () => void = () => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = () => reject(stoppedError());
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
    });
    try {
      return await Promise.race([request, stopped]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async #wait(milliseconds: number, cause?: unknown): Promise<void> {
    const { signal } = this.#stop;
    if (milliseconds > 0) await this.#clock.wait(milliseconds, signal);
    if (signal.aborted) throw stoppedError(cause);
  }

  #tell(error: unknown): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    const { on, onEvent } = this.#options;
    onEvent({ type: 'waiting', on, message: `${describeError(error)}; it is tried again until it works` });
  }

  #resumed(): void {
    this.#waited = this.waited;
    this.#awaySince = undefined;
    if (!this.#hasTold) return;
    this.#hasTold = false;
    const { on, place, onEvent } = this.#options;
    if (!this.#stop.signal.aborted) onEvent({ type: 'resumed', on, message: `${place} answers again` });
  }

  #givenUp(cause: unknown, waited: number): IncompleteError {
    return new IncompleteError(
      `${describeError(cause)}: it was tried again for ${Math.round(waited / 1000)} s, and was given up`,
      { cause },
    );
  }
}
