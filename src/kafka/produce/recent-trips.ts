/**
 * PURE. What the last few round trips say of the queue before a line. Who comes to a line that others keep full has never seen it empty, so
 * that the shortest round trip is a long one already; but TCP fills a queue, loses a packet and begins anew, and few round trips are as
 * short as the shortest then. Where nothing waits but now and then, many are.
 */

/** So many are looked at. */
const looked = 8;
/** One of so many is about as short as at best where the queue is empty in between. */
const oneOf = 3;
/** At best is the least of so many to twice as many: a way may become longer by a little, and stay so. */
const remembered = 64;
/** About as short: so many times as long, and milliseconds, for the machines take their time too. */
const nearly = 1.05;
const slack = 15;

export class RecentTrips {
  readonly #trips: number[] = [];
  #best = Number.POSITIVE_INFINITY;
  /** The least of those before {@link remembered} began to be counted anew. */
  #bestBefore = Number.POSITIVE_INFINITY;
  #count = 0;

  /** It took so long while nothing was on the way. */
  atRest(milliseconds: number): void {
    this.#best = Math.min(this.#best, milliseconds);
  }

  add(milliseconds: number): void {
    this.#trips.push(milliseconds);
    if (this.#trips.length > looked) this.#trips.shift();
    this.#count += 1;
    if (this.#count > remembered) {
      this.#count = 1;
      this.#bestBefore = this.#best;
      this.#best = Number.POSITIVE_INFINITY;
    }
    this.#best = Math.min(this.#best, milliseconds);
  }

  /** Something is otherwise from now on; what is best is so still. */
  clear(): void {
    this.#trips.length = 0;
  }

  /** True as well where nothing is known. */
  get isEmptyInBetween(): boolean {
    const best = Math.min(this.#best, this.#bestBefore);
    const short = this.#trips.filter((trip) => trip <= best * nearly + slack);
    return short.length * oneOf >= this.#trips.length;
  }
}
