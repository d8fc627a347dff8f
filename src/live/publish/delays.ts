/** The delays of the last while, and what most of them were below. Pure. */
export class Delays {
  readonly #most: number;
  #values: number[] = [];

  /** Keeps the newest so many. */
  constructor(most = 600) {
    this.#most = most;
  }

  add(milliseconds: number): void {
    this.#values.push(milliseconds);
    if (this.#values.length >= this.#most * 2) this.#values = this.#values.slice(-this.#most);
  }

  /** The value that a share (0 to 1) of them does not exceed; undefined without any. */
  quantile(share: number): number | undefined {
    const sorted = this.#values.slice(-this.#most).sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  }
}
