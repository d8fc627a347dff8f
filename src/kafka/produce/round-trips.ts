/** PURE. Whether packets queue somewhere, by how much small requests differ in the time that they take. */

/** So many requests are remembered, and so many tell something: a queue takes seconds to grow. */
const remembered = 16;
const least = 10;
/** Of those, the part that may have lost a packet, and taken longer for that. */
const lost = 0.25;
/** What the others may take longer than the shortest: so many times as long, and so many milliseconds more. */
const steady = 1.15;
const chanceMs = 5;

export class RoundTrips {
  readonly #newest: number[] = [];

  note(milliseconds: number): void {
    this.#newest.push(milliseconds);
    if (this.#newest.length > remembered) this.#newest.shift();
  }

  /**
   * They differ: a queue before a line that is full grows and shrinks. How long a request takes at best does not tell that, for whoever has never
   * seen the line without its queue.
   */
  get vary(): boolean {
    return this.#newest.length >= least && this.#differ;
  }

  /** They do not, as far as can be told by so many. */
  get areSteady(): boolean {
    return this.#newest.length >= least && !this.#differ;
  }

  get #differ(): boolean {
    const sorted = this.#newest.toSorted((one, other) => one - other);
    return sorted[Math.ceil(sorted.length * (1 - lost)) - 1]! > sorted[0]! * steady + chanceMs;
  }
}
