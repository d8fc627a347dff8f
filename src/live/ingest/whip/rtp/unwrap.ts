/** Numbers that begin again at zero, as numbers that do not. Pure. */

/** Each value is taken for that one which is nearest to the one before. The first is raised by one whole round, so that none is below zero. */
export class Unwrapper {
  readonly #round: number;
  #last: number | undefined;

  /** `bits`: of the numbers; up to 32. */
  constructor(bits: number) {
    this.#round = 2 ** bits;
  }

  next(value: number): number {
    const before = this.#last;
    if (before === undefined) {
      this.#last = this.#round + value;
      return this.#last;
    }
    const base = before - (before % this.#round) + value;
    const half = this.#round / 2;
    const near = base - before > half ? base - this.#round : before - base > half ? base + this.#round : base;
    this.#last = near;
    return near;
  }

  /** The same without remembering it: of what may be anything. */
  peek(value: number): number {
    const before = this.#last;
    const near = this.next(value);
    this.#last = before;
    return near;
  }
}
