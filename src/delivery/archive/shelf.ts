/** What was read from Kafka, kept within a bound of bytes, the least lately used going first. */

export interface ShelfOptions<V> {
  readonly maxBytes: number;
  /** How many are read at a time; further ones wait. */
  readonly readers: number;
  readonly sizeOf: (value: V) => number;
}

export class Shelf<V> {
  readonly #options: ShelfOptions<V>;
  /** Least lately used first. */
  readonly #kept = new Map<string, V>();
  readonly #reading = new Map<string, Promise<V | undefined>>();
  readonly #waiting: (() => void)[] = [];
  #readers = 0;
  #bytes = 0;

  constructor(options: ShelfOptions<V>) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What is kept, or what `read` resolves with; several who ask at once cause one reading. Undefined is not kept. */
  async take(key: string, read: () => Promise<V | undefined>): Promise<V | undefined> {
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const known = this.#reading.get(key);
    if (known !== undefined) return known;
    const reading = this.#read(key, read).finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  async #read(key: string, read: () => Promise<V | undefined>): Promise<V | undefined> {
    if (this.#readers < this.#options.readers) this.#readers += 1;
    // Whoever is done hands its place on.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      const value = await read();
      if (value !== undefined) this.#keep(key, value);
      return value;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#readers -= 1;
      else next();
    }
  }

  #keep(key: string, value: V): void {
    const { maxBytes, sizeOf } = this.#options;
    // It would push out all others, and then itself.
    if (sizeOf(value) > maxBytes) return;
    this.#kept.set(key, value);
    this.#bytes += sizeOf(value);
    for (const [oldest, other] of this.#kept) {
      if (this.#bytes <= maxBytes) return;
      this.#kept.delete(oldest);
      this.#bytes -= sizeOf(other);
    }
  }
}
