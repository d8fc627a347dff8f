/**
 * The safe offset of one partition: everything before it has been dealt with. Batches are taken in order and finish in
 * any order; the safe offset follows the oldest one that is unfinished. Pure.
 */
import type { EpochRun } from '../../kafka/contract.ts';
import { Epochs } from '../../kafka/epochs.ts';

export class SafeOffset {
  #safe: number;
  readonly #batches: { next: number; done: boolean; readonly epochs: readonly EpochRun[] }[] = [];
  readonly #epochs: Epochs;

  /** `epochs`: by which leaders' epochs what stands before `from` was written. */
  constructor(from: number, epochs: readonly EpochRun[] = []) {
    this.#safe = from;
    this.#epochs = new Epochs(epochs);
  }

  /** The next batch, which ends before `next` and was written under `epochs`. Call the result once it is dealt with. */
  begin(next: number, epochs: readonly EpochRun[] = []): () => void {
    const batch = { next, done: false, epochs };
    this.#batches.push(batch);
    return () => {
      batch.done = true;
      while (this.#batches[0]?.done) this.#pass(this.#batches.shift()!);
    };
  }

  /** The log was cut: what was taken of it from `at` on is not there to be passed, and is not what will be. */
  cut(at: number): void {
    this.#safe = Math.min(this.#safe, at);
    for (const batch of this.#batches) batch.next = Math.min(batch.next, at);
    this.#epochs.backTo(at);
  }

  /** Of what stands before {@link value}; empty where nobody knows. */
  get epochs(): readonly EpochRun[] {
    return this.#epochs.runs;
  }

  #pass({ next, epochs }: { readonly next: number; readonly epochs: readonly EpochRun[] }): void {
    this.#safe = next;
    for (const [epoch, from] of epochs) if (from < next) this.#epochs.note(epoch, from);
  }

  get value(): number {
    return this.#safe;
  }

  /** Where reading goes on. */
  get next(): number {
    return this.#batches.at(-1)?.next ?? this.#safe;
  }

  get unfinished(): number {
    return this.#batches.length;
  }
}
