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

  /** The log was cut: what was taken of it from `at` on is not there to be passed, and is not what will be. */
  cut(at: number): void {
    this.#safe = Math.min(this.#safe, at);
    for (const batch of this.#batches) batch.next = Math.min(batch.next, at);
  }

  get value(): number {
    return this.#safe;
  }

  get unfinished(): number {
    return this.#batches.length;
  }
}
