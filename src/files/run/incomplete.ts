/**
 * Uploads that were closed before all of their bytes had come, and where the partitions ended when that was found: past those ends
 * nothing more of them can come.
 */

/** Partition -> Kafka offset. */
type Ends = ReadonlyMap<number, number>;

export class Incomplete {
  readonly #ask: () => Promise<Ends>;
  readonly #ends = new Map<string, Ends | undefined>();
  #waiting: string[] = [];
  #asking: Promise<void> | undefined;

  /** `ask` gives the partitions' ends as they are now. */
  constructor(ask: () => Promise<Ends>) {
    this.#ask = ask;
  }

  /** Notes an upload; resolves once the ends are known. One question at a time for all that wait: how many these are, who sends decides. */
  note(upload: string): Promise<void> {
    this.#ends.set(upload, undefined);
    this.#waiting.push(upload);
    this.#asking ??= this.#askForAll();
    return this.#asking;
  }

  /** Those of which nothing more can come, for their ends are past; they are noted no longer. */
  takePast(isPast: (ends: Ends) => boolean): string[] {
    const past = [...this.#ends]
      .filter(([, ends]) => ends !== undefined && isPast(ends))
      .map(([upload]) => upload);
    for (const upload of past) this.#ends.delete(upload);
    return past;
  }

  /** All that are noted. */
  uploads(): string[] {
    return [...this.#ends.keys()];
  }

  async #askForAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const asked = this.#waiting;
        // Who comes while the answer is on its way is none of its: it may be older.
        this.#waiting = [];
        const ends = await this.#ask();
        for (const upload of asked) if (this.#ends.has(upload)) this.#ends.set(upload, ends);
      }
    } finally {
      // At the same moment at which it is found that nobody waits: whoever comes a turn later asks anew.
      this.#asking = undefined;
    }
  }
}
