/** Which partition an upload or a pack goes to: the one with the fewest bytes on their way. Pure. */
export class PartitionChoice {
  readonly #pending: number[] = [];
  #next = 0;

  constructor(partitions: number) {
    this.grow(partitions);
  }

  /** Partitions were added. */
  grow(partitions: number): void {
    while (this.#pending.length < partitions) this.#pending.push(0);
  }

  get count(): number {
    return this.#pending.length;
  }

  /** The one that is chosen first while nothing is on its way. */
  get next(): number {
    return this.#next;
  }

  /** The least loaded partition, in turn among equals. */
  choose(): number {
    let best = this.#next;
    for (let step = 0; step < this.#pending.length; step++) {
      const candidate = (this.#next + step) % this.#pending.length;
      if (this.#pending[candidate]! < this.#pending[best]!) best = candidate;
    }
    this.#next = (best + 1) % this.#pending.length;
    return best;
  }

  /** `bytes` go to the partition (negative: they have arrived). */
  add(partition: number, bytes: number): void {
    this.#pending[partition]! += bytes;
  }
}
