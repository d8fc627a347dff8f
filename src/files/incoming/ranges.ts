/** Which bytes of a file are there: sorted ranges `[start, end)` that neither touch nor overlap. Pure. */
import type { ByteRange } from '../../stores/contract.ts';

export class Ranges {
  #ranges: [number, number][];

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
    const merged: [number, number][] = [];
    let [from, to] = [start, end];
    for (const [s, e] of ranges) {
      if (e < from || s > to) merged.push([s, e]);
      else [from, to] = [Math.min(from, s), Math.max(to, e)];
    }
    merged.push([from, to]);
    this.#ranges = merged.sort((a, b) => a[0] - b[0]);
  }

  /** The parts of `[start, end)` that are there already. */
  within(start: number, end: number): ByteRange[] {
    const found: ByteRange[] = [];
    for (const [s, e] of this.#ranges) {
      const from = Math.max(s, start);
      const to = Math.min(e, end);
      if (from < to) found.push([from, to]);
    }
    return found;
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
    return size === 0 || (this.#ranges[0]?.[0] === 0 && this.#ranges[0][1] >= size);
  }

  /** The end of the last range: no byte beyond it is there. */
  get end(): number {
    return this.#ranges.at(-1)?.[1] ?? 0;
  }

  /** How many bytes are there. */
  get bytes(): number {
    return this.#ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  }

  list(): ByteRange[] {
    return this.#ranges.map(([start, end]) => [start, end]);
  }
}
