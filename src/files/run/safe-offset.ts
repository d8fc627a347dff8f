/**
 * The safe offset of one partition: everything before it has been dealt with. Batches are taken in order and finish in
 * any order; the safe offset follows the oldest one that is unfinished. Pure.
 */
export class SafeOffset {
  #safe: number;
  readonly #batches: { next: number; done: boolean }[] = [];

  constructor(from: number) {
    this.#safe = from;
  }

  /** The next batch, which ends before `next`. Call the result once it is dealt with. */
  begin(next: number): () => void {
    const batch = { next, done: false };
    this.#batches.push(batch);
    return () => {
      batch.done = true;
      while (this.#batches[0]?.done) this.#safe = this.#batches.shift()!.next;
    };
  }

  get value(): number {
    return this.#safe;
  }

  get unfinished(): number {
    return this.#batches.length;
  }
}
