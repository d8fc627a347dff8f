/** What was read from Kafka, kept within a bound of bytes, the least lately used going first. */

export interface CacheOptions<V> {
  readonly maxBytes: number;
  /** How many are read at a time; further ones wait. */
  readonly readers: number;
  readonly sizeOf: (value: V) => number;
}

interface Reading<V> {
  readonly value: Promise<V | undefined>;
  /** Who still waits for it. */
  askers: number;
}

export class ReadingCache<V> {
  readonly #options: CacheOptions<V>;
  /** Least lately used first. */
  readonly #kept = new Map<string, V>();
  readonly #reading = new Map<string, Reading<V>>();
  readonly #waiting: (() => void)[] = [];
  #readers = 0;
  #bytes = 0;

  constructor(options: CacheOptions<V>) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * What is kept, or what `read` resolves with; several who ask at once cause one reading. Undefined is not kept. What nobody waits
   * for any more when its turn comes, by the signals of all who asked, is not read.
   */
  async take(key: string, read: () => Promise<V | undefined>, signal?: AbortSignal): Promise<V | undefined> {
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const reading = this.#reading.get(key) ?? this.#begin(key, read);
    const leave = (): void => {
      reading.askers -= 1;
    };
    reading.askers += 1;
    signal?.addEventListener('abort', leave, { once: true });
    if (signal?.aborted === true) leave();
    try {
      return await reading.value;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  #begin(key: string, read: () => Promise<V | undefined>): Reading<V> {
    const forget = (): void => {
      if (this.#reading.get(key) === reading) this.#reading.delete(key);
    };
    const wanted = (): boolean => {
      // Whoever asks from now on begins another one.
      if (reading.askers === 0) forget();
      return reading.askers > 0;
    };
    const reading: Reading<V> = { value: this.#read(key, read, wanted).finally(forget), askers: 0 };
    this.#reading.set(key, reading);
    return reading;
  }

  async #read(
    key: string,
    read: () => Promise<V | undefined>,
    wanted: () => boolean,
  ): Promise<V | undefined> {
    const waits = this.#readers >= this.#options.readers;
    // Whoever is done hands its place on.
    if (waits) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#readers += 1;
    try {
      if (waits && !wanted()) return undefined;
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
