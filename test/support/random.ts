/** Numbers that look random and are not: the same seed gives the same ones, on every machine. */
export class Random {
  #state: number;

  /** Any whole number; those that lie beside each other have nothing in common. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, and less than 1. Mulberry32 (Tommy Ettinger, 2017). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 on, less than `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** A whole number of both ends and between. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  /** True so often of 1. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new Error('there is nothing to pick from');
    return picked;
  }

  /** One of the names, as often as their weights say. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries<number>(weights) as [T, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    return entries.at(-1)![0];
  }

  /** So many of them, in an order of its own. */
  some<T>(count: number, from: readonly T[]): T[] {
    const left = [...from];
    return Array.from(
      { length: Math.min(count, left.length) },
      () => left.splice(this.below(left.length), 1)[0]!,
    );
  }

  /** The seed of another one. */
  seed(): number {
    return this.below(2 ** 32);
  }
}
