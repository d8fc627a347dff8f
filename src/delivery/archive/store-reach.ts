/**
 * Whether the store of exported places can be reached, and how much is asked of it at a time. One that is away is asked by nobody but this, at
 * a growing distance: viewers of what is live are not to notice, and those who went back are told at once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, SluiceError } from '../../errors.ts';
import { isAway, StoreFault } from '../../stores/store-fault.ts';
import { Turns } from './turns.ts';

export interface StoreReachOptions {
  /** Requests at a time. One that does not end keeps its place, so that a disk that hangs does not take all threads. */
  readonly most: number;
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** The store has been away for long enough to be told of. */
  readonly onAway: (reason: string) => void;
  readonly onBack: () => void;
  readonly waits?: Partial<ReachWaits>;
}

/** Milliseconds. */
export interface ReachWaits {
  /** For an answer, with what it has to say. */
  readonly answer: number;
  /** From the first failure on: what fails for less, or less often, may be an accident of one connection. */
  readonly away: number;
  /** Before the first and the last of the tries after which a store that is away is asked again. */
  readonly first: number;
  readonly last: number;
}

export const reachWaits: ReachWaits = { answer: 15_000, away: 3000, first: 1000, last: 60_000 };
const failuresToBeAway = 3;

/** Reads something small. */
export type Question = (signal: AbortSignal) => Promise<unknown>;

export class StoreReach {
  readonly #options: StoreReachOptions;
  readonly #waits: ReachWaits;
  readonly #turns: Turns;
  #failures = 0;
  #since = 0;
  #away: string | undefined;

  constructor(options: StoreReachOptions) {
    this.#options = options;
    this.#waits = { ...reachWaits, ...options.waits };
    this.#turns = new Turns(options.most);
  }

  get isAway(): boolean {
    return this.#away !== undefined;
  }

  /**
   * What a request gives, in its turn. Throws what the store answers: StoreFault, ConfigurationError; at once while it is away. `question`: what to
   * ask until it is back.
   */
  async ask<T>(request: (signal: AbortSignal) => Promise<T>, question: Question): Promise<T> {
    if (this.#away !== undefined) throw fault(this.#away);
    return this.#ask(request, question);
  }

  async #ask<T>(request: (signal: AbortSignal) => Promise<T>, question: Question): Promise<T> {
    const { signal } = this.#options;
    const late = AbortSignal.timeout(this.#waits.answer);
    const over = AbortSignal.any([signal, late]);
    try {
      const given = await unlessOver(
        // Its place is given back when it has ended, whoever still waits for it.
        this.#turns.take(async () => {
          over.throwIfAborted();
          return request(over);
        }),
        over,
      );
      this.#answered();
      return given;
    } catch (error) {
      if (signal.aborted) throw fault('the server goes');
      const meant = over.aborted ? fault(`no answer within ${this.#waits.answer / 1000} s`) : error;
      if (isAway(meant)) this.#failed(meant, question);
      // A refusal is an answer.
      else if (meant instanceof SluiceError) this.#answered();
      throw meant;
    }
  }

  #answered(): void {
    this.#failures = 0;
    if (this.#away === undefined) return;
    this.#away = undefined;
    this.#options.onBack();
  }

  #failed(error: StoreFault, question: Question): void {
    if (this.#failures === 0) this.#since = performance.now();
    this.#failures += 1;
    const lasted = performance.now() - this.#since;
    if (this.#away !== undefined || this.#failures < failuresToBeAway || lasted < this.#waits.away) return;
    this.#away = describeError(error);
    this.#options.onAway(this.#away);
    void this.#askUntilBack(question, error.retryAfter);
  }

  /** Never rejects. */
  async #askUntilBack(question: Question, retryAfter = 0): Promise<void> {
    const { signal } = this.#options;
    const { first, last } = this.#waits;
    let wanted = retryAfter;
    for (let pause = first; this.#away !== undefined && !signal.aborted; pause = Math.min(last, 2 * pause)) {
      const wait = Math.min(last, Math.max(wanted, pause * (0.5 + Math.random())));
      await delay(wait, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      await this.#ask(question, question).catch((error: unknown) => {
        wanted = isAway(error) ? (error.retryAfter ?? 0) : 0;
      });
    }
  }
}

function fault(message: string): StoreFault {
  return new StoreFault(message, { scope: 'sink', code: 'EAGAIN' });
}

/** Rejects once the signal has come; what comes to nothing then is of no interest any more. */
async function unlessOver<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = Promise.withResolvers<never>();
  const stop = (): void => over.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([promise, over.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
