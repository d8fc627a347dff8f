// @ts-check
/** How much of a stream comes at a time, from the times at which pieces begin. Pure. */

/** Pieces that are remembered: an odd number. Whoever joins is sent whole parts first, even where single pictures follow. */
const remembered = 7;

export class Pieces {
  /** Seconds. @type {number[]} */
  #lengths = [];
  /** @type {number | undefined} */
  #last;

  /** A piece has come that begins at this time of the media. @param {number} begins seconds */
  saw(begins) {
    const length = begins - (this.#last ?? begins);
    this.#last = begins;
    if (length <= 0) return;
    this.#lengths.push(length);
    if (this.#lengths.length > remembered) this.#lengths.shift();
  }

  /** The usual one: the last of a segment may be shorter, and where something was left out one looks longer. Seconds; undefined: not known yet. */
  get length() {
    const sorted = this.#lengths.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }
}
