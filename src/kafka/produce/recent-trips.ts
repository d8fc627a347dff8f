/**
 * PURE. What the last few round trips say of the queue before a line. Who comes to a line that others keep full has never seen it empty, so
 * that the shortest round trip is a long one already; but TCP fills a queue, loses a packet and begins anew, and few round trips are as
 * short as the shortest then. Where nothing waits but now and then, many are.
 */

/** So many are looked at. */
const looked = 8;
/** One of so many is about as short as at best where the queue is empty in between. */
const oneOf = 3;
/** About as short: so many times as long, and milliseconds, for the machines take their time too. */
const nearly = 1.05;
const slack = 5;

export class RecentTrips {
  readonly #trips: number[] = [];

  add(milliseconds: number): void {
    this.#trips.push(milliseconds);
    if (this.#trips.length > looked) this.#trips.shift();
  }

  /** What was before says nothing any more. */
  clear(): void {
    this.#trips.length = 0;
  }

  /** `best`: the shortest that was ever seen. True as well where nothing is known. */
  isEmptyInBetween(best: number): boolean {
    const short = this.#trips.filter((trip) => trip <= best * nearly + slack);
    return short.length * oneOf >= this.#trips.length;
  }
}
