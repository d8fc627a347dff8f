/** Which of the files that wait goes first. Pure. */
import type { SourceFile } from '../../stores/contract.ts';
import type { FileOrder } from '../shared/file-order.ts';
import { globMatcher } from '../shared/glob.ts';

/** What users wish of the order. */
export interface OrderWishes {
  /** Absent: as they were found. */
  readonly order?: FileOrder | undefined;
  /** Globs of what goes before all others; of two, that of the earlier one goes first. */
  readonly first?: readonly string[] | undefined;
}

type Compare = (a: SourceFile, b: SourceFile) => number;

/** By modification time of a file, in nanoseconds: it is a text, for it may be larger than numbers are exact. */
const byAge: Compare = (a, b) => {
  const difference = BigInt(a.mtime) - BigInt(b.mtime);
  return difference < 0n ? -1 : Number(difference > 0n);
};

const orders: Readonly<Record<FileOrder, Compare>> = {
  name: (a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)),
  size: (a, b) => a.size - b.size,
  oldest: byAge,
  newest: (a, b) => byAge(b, a),
};

export class Precedence {
  readonly #first: readonly ((path: string) => boolean)[];
  readonly #order: Compare | undefined;

  /** Throws ConfigurationError for an empty glob. */
  constructor({ order, first = [] }: OrderWishes) {
    this.#first = first.map((glob) => globMatcher(glob, 'first'));
    this.#order = order && orders[order];
  }

  /** True when any file may be urgent. */
  get hasUrgent(): boolean {
    return this.#first.length > 0;
  }

  /** True for a file that goes before all that is not. */
  isUrgent(path: string): boolean {
    return this.#first.some((matches) => matches(path));
  }

  /** Negative: `a` goes first; 0: whichever was found first. Undefined: that goes for all. */
  get compare(): Compare | undefined {
    if (this.#first.length < 2) return this.#order;
    return (a, b) => this.#rank(a.path) - this.#rank(b.path) || (this.#order?.(a, b) ?? 0);
  }

  #rank(path: string): number {
    const rank = this.#first.findIndex((matches) => matches(path));
    return rank < 0 ? this.#first.length : rank;
  }
}
