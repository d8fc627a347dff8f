/** Which partition each chunk of a striped upload goes to, and where its chunks stand. Pure. */
import { type Stripe, stripesLimit } from '../../records/stripes.ts';

export class StripePlan {
  readonly #partitions: readonly number[];
  /** Partition -> bytes of this upload on their way. */
  readonly #pending = new Map<number, number>();
  readonly #seen = new Map<number, readonly [first: number, last: number]>();
  #next = 0;

  /** `partitions`: the home first. `known`: where chunks of an earlier run stand. */
  constructor(partitions: readonly number[], known: readonly Stripe[] = []) {
    const seen = known.map(([partition]) => partition);
    this.#partitions = [...new Set([...seen, ...partitions])].slice(0, stripesLimit);
    for (const [partition, first, last] of known) this.#seen.set(partition, [first, last]);
  }

  /** The one with the fewest bytes on their way, in turn among equals: a broker that is slower has less. */
  choose(bytes: number): number {
    const { length } = this.#partitions;
    let best = this.#next % length;
    for (let step = 1; step < length; step++) {
      const candidate = (this.#next + step) % length;
      if (this.#waiting(candidate) < this.#waiting(best)) best = candidate;
    }
    this.#next = best + 1;
    const partition = this.#partitions[best]!;
    this.#pending.set(partition, (this.#pending.get(partition) ?? 0) + bytes);
    return partition;
  }

  /** So many bytes are not on their way any more. */
  arrived(partition: number, bytes: number): void {
    this.#pending.set(partition, (this.#pending.get(partition) ?? 0) - bytes);
  }

  /** A chunk stands at this Kafka offset. */
  saw(partition: number, offset: number): void {
    const [first, last] = this.#seen.get(partition) ?? [offset, offset];
    this.#seen.set(partition, [Math.min(first, offset), Math.max(last, offset)]);
  }

  get stripes(): readonly Stripe[] {
    return [...this.#seen].map(([partition, [first, last]]): Stripe => [partition, first, last]);
  }

  #waiting(index: number): number {
    return this.#pending.get(this.#partitions[index]!) ?? 0;
  }
}
