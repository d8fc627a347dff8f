/** The time stamps of a sender, over the places where they begin anew: FFmpeg writes 31 bits of them, and is back at 0 after 24.8 days; others 32. Pure. */

const half = 2 ** 31;
/** Milliseconds by which a step from the end to the beginning may be off. */
const slack = 10_000;

export class Timeline {
  #newest: number | undefined;
  /** 0 or 2^31. */
  #offset = 0;

  /** Where a message of media stands, milliseconds modulo 2^32. */
  push(timestamp: number): number {
    const before = this.#newest ?? timestamp;
    const step = (this.at(timestamp) - before) | 0;
    // Sound and picture come over the end one after the other: what is added takes back itself.
    if (Math.abs(Math.abs(step) - half) <= slack) this.#offset = (this.#offset + half) % (2 * half);
    const time = this.at(timestamp);
    this.#newest = time;
    return time;
  }

  /** The same, of what is no media. */
  at(timestamp: number): number {
    return (timestamp + this.#offset) % (2 * half);
  }
}
