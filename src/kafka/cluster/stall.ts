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
}

export class StallWatch {
  readonly #options: StallOptions;
  #timeout: number;
  #lastProgress = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StallOptions) {
    this.#options = options;
    this.#timeout = options.timeout;
  }

  /** From now on so many milliseconds are too long. */
  setTimeout(milliseconds: number): void {
    this.#timeout = milliseconds;
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = this.#wait(milliseconds);
  }

  /** Bytes have come, or the first of the outstanding requests has gone out. */
  progress(): void {
    this.#lastProgress = Math.max(this.#lastProgress, performance.now());
  }

  /** The broker has announced that it will be silent for so many milliseconds. */
  excuse(milliseconds: number): void {
    this.#lastProgress = Math.max(this.#lastProgress, performance.now() + milliseconds);
  }

  /** An answer is due from now on. One timer serves all requests, so that a request costs none. */
  start(): void {
    this.#timer ??= this.#wait(this.#timeout);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(milliseconds: number): NodeJS.Timeout {
    // When the process itself stood still, bytes may lie unread: timers run before they are looked for.
    return setTimeout(() => setImmediate(() => this.#look()), milliseconds).unref();
  }

  #look(): void {
    this.#timer = undefined;
    if (!this.#options.isAwaited()) return;
    const quiet = performance.now() - this.#lastProgress;
    const rest = this.#timeout - quiet;
    if (rest > 0) this.#timer = this.#wait(rest + 1);
    else this.#options.onStall(quiet);
  }
}
