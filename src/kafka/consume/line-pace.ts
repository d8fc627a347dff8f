/** PURE. How much of what a line has carried at best it carries now. */

/** Milliseconds over which it is measured. */
const overMs = 1000;
/** Of the best, what leaves room for more. */
const room = 0.5;

export class LinePace {
  readonly #seen: { readonly at: number; readonly bytes: number }[] = [];
  #sum = 0;
  #best = 0;

  /** So many bytes have come since the last call. Milliseconds by the steady clock. */
  observe(now: number, bytes: number): void {
    this.#seen.push({ at: now, bytes });
    this.#sum += bytes;
    while (this.#seen.length > 1 && now - this.#seen[0]!.at > overMs) this.#sum -= this.#seen.shift()!.bytes;
    this.#best = Math.max(this.#best, this.#sum);
  }

  /** Whoever had something to carry would take it from nobody. */
  get hasRoom(): boolean {
    return this.#sum < room * this.#best;
  }
}
