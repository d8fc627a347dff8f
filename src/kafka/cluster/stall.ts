/**
 * Notices that a connection stands still while an answer is due. What counts is the time since the last byte, not since
 * the request: on a slow link a large answer may take long, as long as it comes.
 */

export interface StallOptions {
  /** Milliseconds of silence that are too long, to begin with. */
  readonly timeout: number;
  /** Is an answer due? */
  readonly isAwaited: () => boolean;
  readonly onStall: (quietMs: number) => void;
  /** Called once for each silence that lasts for a while: somebody may look into it. */
  readonly onQuiet?: (() => void) | undefined;
  /** Asked when the silence is too long. True: it is waited for as long again. */
  readonly isExcused?: () => boolean;
}

/** Silence that is worth a look, in milliseconds. */
const quietAfterMs = 1000;
/** So often is looked whether what was excused is still. */
const excusedMs = 1000;

export class StallWatch {
  readonly #options: StallOptions;
  #timeout: number;
  #lastProgress = performance.now();
  #timer: NodeJS.Timeout | undefined;
  /** Nobody is looking into the silence. */
  #isUntold = true;

  constructor(options: StallOptions) {
    this.#options = options;
    this.#timeout = options.timeout;
  }

  /** From now on so many milliseconds are too long. */
  setTimeout(milliseconds: number): void {
    this.#timeout = milliseconds;
    if (this.#timer === undefined) return;
    this.#rearm();
  }

  /** Whoever has looked into the silence does so no more. */
  watchOn(): void {
    this.#isUntold = true;
    if (this.#timer !== undefined) this.#rearm();
  }

  /** Milliseconds since the last progress. */
  get quietMs(): number {
    return performance.now() - this.#lastProgress;
  }

  /** Bytes have come, those sent get there, or the first of the outstanding requests has gone out. */
  progress(): void {
    this.#lastProgress = Math.max(this.#lastProgress, performance.now());
  }

  /** The broker has announced that it will be silent for so many milliseconds. */
  excuse(milliseconds: number): void {
    this.#lastProgress = Math.max(this.#lastProgress, performance.now() + milliseconds);
  }

  /** An answer is due from now on. One timer serves all requests, so that a request costs none. */
  start(): void {
    this.#timer ??= this.#wait(this.#next);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #rearm(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#wait(Math.max(1, this.#next - this.quietMs));
  }

  /** The silence after which something is to be done. */
  get #next(): number {
    const isToTell = this.#options.onQuiet !== undefined && this.#isUntold;
    return isToTell ? Math.min(quietAfterMs, this.#timeout) : this.#timeout;
  }

  #wait(milliseconds: number): NodeJS.Timeout {
    // When the process itself stood still, bytes may lie unread: timers run before they are looked for.
    return setTimeout(() => setImmediate(() => this.#look()), milliseconds).unref();
  }

  #look(): void {
    this.#timer = undefined;
    if (!this.#options.isAwaited()) return;
    const quiet = this.quietMs;
    const isExcused = quiet < 2 * this.#timeout && this.#options.isExcused?.() === true;
    if (quiet >= this.#timeout && !isExcused) {
      this.#options.onStall(quiet);
      return;
    }
    if (quiet >= this.#next) {
      this.#isUntold = false;
      this.#options.onQuiet?.();
    }
    this.#timer ??= this.#wait(quiet < this.#next ? this.#next - quiet + 1 : excusedMs);
  }
}
