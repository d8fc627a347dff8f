/** Bytes that were read from Kafka, by key: the newest used stay, within a bound; who asks meanwhile for the same waits for the same. */

/** What one reading gave. */
export interface Cached {
  readonly bytes: number;
}

export class ByteCache<T extends Cached> {
  readonly #limit: number;
  readonly #held = new Map<string, T>();
  readonly #coming = new Map<string, Promise<T | undefined>>();
  #bytes = 0;

  /** `limit`: bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What is held, else what `read` gives; undefined is not held. A reading that fails fails for all who waited for it. */
  async get(key: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    const held = this.#held.get(key);
    if (held !== undefined) {
      // Maps keep the order of insertion: last in, last out.
      this.#held.delete(key);
      this.#held.set(key, held);
      return held;
    }
    const coming = this.#coming.get(key);
    if (coming !== undefined) return coming;
    const reading = read().finally(() => this.#coming.delete(key));
    this.#coming.set(key, reading);
    const value = await reading;
    if (value !== undefined) this.#hold(key, value);
    return value;
  }

  #hold(key: string, value: T): void {
    if (value.bytes > this.#limit || this.#held.has(key)) return;
    this.#held.set(key, value);
    this.#bytes += value.bytes;
    for (const [oldest, { bytes }] of this.#held) {
      if (this.#bytes <= this.#limit) return;
      this.#held.delete(oldest);
      this.#bytes -= bytes;
    }
  }
}
