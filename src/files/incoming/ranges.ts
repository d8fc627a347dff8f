/** Which bytes of a file are there: sorted ranges `[start, end)` that neither touch nor overlap. Pure. */
import type { ByteRange } from '../../stores/contract.ts';

export class Ranges {
  readonly #ranges: [number, number][];

  constructor(ranges: readonly ByteRange[] = []) {
    this.#ranges = ranges.map(([start, end]) => [start, end]);
  }

  /** Adds `[start, end)`. */
  add(start: number, end: number): void {
    if (start >= end) return;
    const ranges = this.#ranges;
    const last = ranges.at(-1);
    // Files arrive in order as a rule: one range that grows.
    if (last !== undefined && start >= last[0] && start <= last[1]) {
      last[1] = Math.max(last[1], end);
      return;
    }
    // Those that touch it become one with it.
    const first = this.#firstFrom(start);
    let [from, to, after] = [start, end, first];
    for (let range = ranges[after]; range !== undefined && range[0] <= end; range = ranges[++after]) {
      from = Math.min(from, range[0]);
      to = Math.max(to, range[1]);
    }
    ranges.splice(first, after - first, [from, to]);
  }

  /** The parts of `[start, end)` that are there already. */
  within(start: number, end: number): ByteRange[] {
    const found: ByteRange[] = [];
    for (let index = this.#firstFrom(start); index < this.#ranges.length; index++) {
      const [s, e] = this.#ranges[index]!;
      if (s >= end) break;
      const from = Math.max(s, start);
      const to = Math.min(e, end);
      if (from < to) found.push([from, to]);
    }
    return found;
  }

  /** The index of the first range that ends at `offset` or behind it. */
  #firstFrom(offset: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle]![1] < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The parts of `[start, end)` that are not there. */
  missing(start: number, end: number): ByteRange[] {
    const gaps: ByteRange[] = [];
    let at = start;
    for (const [s, e] of this.within(start, end)) {
      if (at < s) gaps.push([at, s]);
      at = e;
    }
    if (at < end) gaps.push([at, end]);
    return gaps;
  }

  /** True when every byte of `[0, size)` is there. */
  covers(size: number): boolean {
    return this.prefix >= size;
  }

  /** Up to where every byte from the first on is there. */
  get prefix(): number {
    const [first] = this.#ranges;
    return first?.[0] === 0 ? first[1] : 0;
  }

  /** The end of the last range: no byte beyond it is there. */
  get end(): number {
    return this.#ranges.at(-1)?.[1] ?? 0;
  }

  /** How many ranges there are. */
  get count(): number {
    return this.#ranges.length;
  }

  /** How many bytes are there. */
  get bytes(): number {
    return this.#ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  }

  list(): ByteRange[] {
    return this.#ranges.map(([start, end]) => [start, end]);
  }
}

/** Ranges that a message names. */
const namedRanges = 5;

/** For people: `0..1048575, 3145728..4194303`. */
export function textOf(ranges: readonly ByteRange[]): string {
  const named = ranges.slice(0, namedRanges).map(([start, end]) => `${start}..${end - 1}`);
  const more = ranges.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more ranges` : '');
}
