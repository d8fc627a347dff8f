/**
 * Which partition an upload or a pack goes to: the one with the fewest bytes on their way, and of those the one that was given the fewest. Pure.
 *
 * The latter because readers may be behind: what comes after a large file in its partition waits for all of it there, also when it is
 * acknowledged long since. For the same reason the last partition is kept free for what is urgent, where anything may be.
 */
export class PartitionChoice {
  readonly #pending: number[] = [];
  readonly #given: number[] = [];
  #keepsFree = false;
  #next = 0;

  constructor(partitions: number) {
    this.grow(partitions);
  }

  /** Partitions were added. */
  grow(partitions: number): void {
    const given = this.#given.length === 0 ? 0 : Math.min(...this.#given);
    while (this.#pending.length < partitions) {
      this.#pending.push(0);
      // As much as another: it is not to have all that comes until it has caught up.
      this.#given.push(given);
    }
  }

  get count(): number {
    return this.#pending.length;
  }

  /** The one that is chosen first while nothing is on its way. */
  get next(): number {
    return this.#next;
  }

  /** From now on the last partition, if it is not the only one, is for what is urgent, or is not. */
  keepFree(isFree: boolean): void {
    this.#keepsFree = isFree;
  }

  /** The least loaded partition, in turn among equals; for what is urgent the one that is kept free. */
  choose(isUrgent = false): number {
    const { length } = this.#pending;
    const keepsFree = this.#keepsFree && length > 1;
    if (keepsFree && isUrgent) return length - 1;
    const count = keepsFree ? length - 1 : length;
    let best = this.#next % count;
    for (let step = 0; step < count; step++) {
      const candidate = (this.#next + step) % count;
      const less =
        this.#pending[candidate]! - this.#pending[best]! || this.#given[candidate]! - this.#given[best]!;
      if (less < 0) best = candidate;
    }
    this.#next = (best + 1) % count;
    return best;
  }

  /** Those that share what is striped, `home` first: not the one that is kept free. */
  all(home: number): readonly number[] {
    const { length } = this.#pending;
    const count = this.#keepsFree && length > 1 ? length - 1 : length;
    return Array.from({ length: count }, (_, step) => (home + step) % count);
  }

  /** `bytes` go to the partition (negative: they have arrived). */
  add(partition: number, bytes: number): void {
    this.#pending[partition]! += bytes;
    if (bytes > 0) this.#given[partition]! += bytes;
  }
}
