/** Back-pressure: bytes handed over and not acknowledged, and those who wait for there to be fewer. */
export class PendingBytes {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #bytes = 0;
  #waking = false;
  #open = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Half of what may be pending is: whoever appends would have it so too, had he as much to append. */
  get isHalfFull(): boolean {
    return this.#bytes * 2 >= this.#limit;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes === 0) for (const resolve of this.#idle.splice(0)) resolve();
    this.#wake();
  }

  /** Resolves when fewer bytes than the limit are pending. */
  ready(): Promise<void> {
    if (this.#hasCapacity()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when nothing is outstanding. */
  idle(): Promise<void> {
    if (this.#bytes === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Nobody waits any more: what comes now is refused anyway. */
  abandon(): void {
    this.#open = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #hasCapacity(): boolean {
    return this.#open || this.#bytes < this.#limit;
  }

  /** One after the other, for each is about to add some. */
  #wake(): void {
    if (this.#waking || this.#waiting.length === 0 || !this.#hasCapacity()) return;
    this.#waking = true;
    this.#waiting.shift()!();
    setImmediate(() => {
      this.#waking = false;
      this.#wake();
    });
  }
}
