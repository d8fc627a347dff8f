/** Bytes that may be held at once; whoever wants more waits in line. */
export class Budget {
  /** Of what is fetched in order. */
  readonly limit: number;
  /** Of all together. */
  readonly whole: number;
  readonly #line: { bytes: number; enter: () => void }[] = [];
  #used = 0;
  #ahead = 0;

  constructor(limit: number, whole = limit) {
    this.limit = limit;
    this.whole = whole;
  }

  get used(): number {
    return this.#used;
  }

  /** What of it is held for later: nobody gives it back before what comes first is there. */
  get ahead(): number {
    return this.#ahead;
  }

  /** Resolves once the bytes are granted: in order, and at once when nothing is held but for later, however many they are. */
  take(bytes: number): Promise<void> {
    if (this.#line.length === 0 && this.#fits(bytes)) {
      this.#used += bytes;
      return Promise.resolve();
    }
    return new Promise((enter) => this.#line.push({ bytes, enter }));
  }

  /**
   * Bytes for what is fetched before its turn: at once, or not at all. Whoever is in line goes first, and `rest` can always be granted for
   * what comes first, once all that has had its turn is given back.
   */
  takeAhead(bytes: number, rest: number): boolean {
    const isThere =
      this.#line.length === 0 && this.#used + bytes <= this.whole && this.#ahead + bytes + rest <= this.whole;
    if (isThere) this.adjustAhead(bytes);
    return isThere;
  }

  /** Changes a grant after the fact; negative gives back. */
  adjust(bytes: number): void {
    this.#used += bytes;
    while (this.#line.length > 0 && this.#fits(this.#line[0]!.bytes)) {
      const { bytes: wanted, enter } = this.#line.shift()!;
      this.#used += wanted;
      enter();
    }
  }

  /** The same of what was taken ahead. */
  adjustAhead(bytes: number): void {
    this.#ahead += bytes;
    this.adjust(bytes);
  }

  /** The turn of so many bytes has come: they are given back like any others now. */
  turn(bytes: number): void {
    this.#ahead -= bytes;
  }

  #fits(bytes: number): boolean {
    const used = this.#used;
    return used <= this.#ahead || (used - this.#ahead + bytes <= this.limit && used + bytes <= this.whole);
  }
}
