/** The one way in which this client waits before it tries again: capped, exponential, with jitter. */
import { setTimeout as delay } from 'node:timers/promises';
import { UnreachableError } from '../../errors.ts';
import { KafkaError } from '../contract.ts';
import { NotNow } from './failures.ts';
import { Pauses } from './pauses.ts';
import type { StatusReporter } from './status.ts';

const shortestAttemptMs = 500;

export interface BackoffOptions {
  /** What is tried, for messages: "create topic T". */
  readonly what: string;
  /** Milliseconds of unbroken failure after which to give up. Absent: never. */
  readonly giveUpAfter: number | undefined;
  /** Ends the waiting with KafkaError `closed`. */
  readonly signal: AbortSignal;
  readonly reporter: StatusReporter;
  /** Called at each failure, before the waiting. */
  readonly onFailure?: () => void;
}

/** Milliseconds that one attempt may take: so few that two of them fit into the time after which to give up. */
export function attemptTimeout(usual: number, giveUpAfter: number | undefined): number {
  return giveUpAfter === undefined ? usual : Math.min(usual, Math.max(shortestAttemptMs, giveUpAfter / 2));
}

/** Nobody is given less for an answer: a line may be slow, and what is asked for wait behind other things. */
const shortestAnswerMs = 5000;

/** Milliseconds of silence that end a request, where a whole run is to give up after so many: two of them fit into that, if it is not too little. */
export function answerTimeout(usual: number, giveUpAfter: number | undefined): number {
  return giveUpAfter === undefined ? usual : Math.min(usual, Math.max(shortestAnswerMs, giveUpAfter / 2));
}

/** Counts the failures of one thing that is tried again and again. */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;
  #since = 0;
  #pauses = new Pauses();

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /**
   * Waits until the next attempt is due. Rejects with UnreachableError, `error` as its cause, when nothing has worked
   * for too long, and with KafkaError `closed` when the signal ends the waiting. `begun`: when the attempt began, which may have
   * taken long to fail; milliseconds by the steady clock, for that of the wall leaps.
   */
  async pause(error: Error, begun?: number): Promise<void> {
    const { what, giveUpAfter, signal, reporter, onFailure } = this.#options;
    const now = performance.now();
    if (this.#failures === 0) this.#since = begun ?? now;
    this.#failures += 1;
    onFailure?.();
    if (signal.aborted) throw this.#closed();
    const told = error instanceof NotNow ? error.message : `Could not ${what}: ${error.message}`;
    reporter.waiting(this, this.#since, told);
    const left = giveUpAfter === undefined ? Number.POSITIVE_INFINITY : this.#since + giveUpAfter - now;
    // One attempt proves little: its connection may have been the only thing that was wrong.
    if (left <= 0 && (this.#failures > 1 || giveUpAfter === 0)) {
      this.abandoned();
      const seconds = Math.round((now - this.#since) / 1000);
      throw new UnreachableError(`Could not ${what} for ${seconds} s. Last error: ${error.message}`, {
        cause: error,
      });
    }
    try {
      await delay(Math.min(Math.max(0, left), this.#pauses.next(error)), undefined, { signal });
    } catch {
      throw this.#closed();
    }
  }

  /** It worked: the next failure is the first again. */
  succeeded(): void {
    if (this.#failures === 0) return;
    this.#begin();
    this.#options.reporter.settled(this);
  }

  /** Nobody will try again. */
  abandoned(): void {
    this.#begin();
    this.#options.reporter.abandoned(this);
  }

  #begin(): void {
    this.#failures = 0;
    this.#pauses = new Pauses();
  }

  #closed(): KafkaError {
    this.abandoned();
    return new KafkaError('closed', `The Kafka client was closed before it could ${this.#options.what}.`);
  }
}
