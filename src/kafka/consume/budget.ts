/** Bytes that may be held at once; whoever wants more waits in line. */
export class Budget {
  readonly limit: number;
  readonly #line: { bytes: number; enter: () => void }[] = [];
  #used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** Resolves once the bytes are granted: in order, and at once when nothing else is held, however many they are. */
  take(bytes: number): Promise<void> {
    if (this.#line.length === 0 && this.#fits(bytes)) {
      this.#used += bytes;
      return Promise.resolve();
    }
    return new Promise((enter) => this.#line.push({ bytes, enter }));
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

  #fits(bytes: number): boolean {
    return this.#used <= 0 || this.#used + bytes <= this.limit;
  }
}
