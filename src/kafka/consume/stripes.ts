/**
 * PURE. What is fetched of one partition ahead of its position: ranges of offsets, each by somebody of its own, that may come in any
 * order and are handed out in theirs.
 */
import type { FetchedPartition } from '../wire/fetch.ts';
import type { SharedFrame } from './shared-frame.ts';

export interface Range {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** What one response brought: whole batches that go from the offset that was asked for to another. */
export interface Piece extends Range {
  readonly frame: SharedFrame;
  readonly fetched: FetchedPartition;
  /** Bytes of the budget. */
  readonly held: number;
}

export class Stripe {
  readonly from: number;
  to: number;
  /** Up to here it has come. */
  next: number;
  /** Nobody wants it any more. */
  isDropped = false;
  readonly pieces: Piece[] = [];

  constructor({ from, to }: Range) {
    this.from = from;
    this.to = to;
    this.next = from;
  }

  get isWhole(): boolean {
    return this.next >= this.to;
  }
}

export class Stripes {
  readonly #giveBack: (piece: Piece) => void;
  /** By their offsets; none overlaps another, but where a batch lies over the end of one. */
  #stripes: Stripe[] = [];

  /** `giveBack`: takes what is not handed out. */
  constructor(giveBack: (piece: Piece) => void) {
    this.#giveBack = giveBack;
  }

  get isEmpty(): boolean {
    return this.#stripes.length === 0;
  }

  /** True: somebody else fetches, or has fetched, what stands at this offset. */
  covers(offset: number): boolean {
    return this.#stripes.some(({ from, to }) => from <= offset && offset < to);
  }

  /** The first offsets from `at` on, and before `end`, that nobody fetches: so many at most. */
  gap(at: number, end: number, most: number): Range | undefined {
    let from = at;
    for (const stripe of this.#stripes) {
      if (stripe.from > from) return { from, to: Math.min(from + most, stripe.from, end) };
      from = Math.max(from, stripe.to);
      if (from >= end) return undefined;
    }
    return from < end ? { from, to: Math.min(from + most, end) } : undefined;
  }

  /** So many offsets from `at` on, and before `end`, are fetched by nobody. */
  uncovered(at: number, end: number): number {
    let offsets = 0;
    for (let gap = this.gap(at, end, end); gap !== undefined; gap = this.gap(gap.to, end, end))
      offsets += gap.to - gap.from;
    return offsets;
  }

  add(range: Range): Stripe {
    const stripe = new Stripe(range);
    const at = this.#stripes.findIndex(({ from }) => from > range.from);
    this.#stripes.splice(at < 0 ? this.#stripes.length : at, 0, stripe);
    return stripe;
  }

  /** The next of a stripe has come, unless nobody wants it any more. */
  came(stripe: Stripe, piece: Piece): void {
    if (stripe.isDropped) this.#giveBack(piece);
    else {
      stripe.pieces.push(piece);
      stripe.next = piece.to;
    }
  }

  /** Nothing more comes of it: what has come stays, and the rest is for others to fetch. */
  cut(stripe: Stripe): void {
    stripe.to = Math.min(stripe.to, stripe.next);
    if (stripe.from >= stripe.to) this.drop(stripe);
  }

  drop(stripe: Stripe): void {
    stripe.isDropped = true;
    this.#stripes = this.#stripes.filter((other) => other !== stripe);
    for (const piece of stripe.pieces.splice(0)) this.#giveBack(piece);
  }

  /** What goes on at `position`, if it has come; it is the caller's then. What lies before is given back. */
  take(position: number): Piece | undefined {
    for (const stripe of [...this.#stripes]) {
      if (stripe.from > position) return undefined;
      while (stripe.pieces.length > 0) {
        const piece = stripe.pieces.shift()!;
        if (piece.from <= position && position < piece.to) return piece;
        this.#giveBack(piece);
      }
      if (stripe.to <= position) this.drop(stripe);
    }
    return undefined;
  }

  /** Drops whoever fetches, or has fetched, what stands there. */
  dropAt(offset: number): void {
    for (const stripe of this.#stripes) if (stripe.from <= offset && offset < stripe.to) this.drop(stripe);
  }

  clear(): void {
    for (const stripe of this.#stripes) this.drop(stripe);
  }

  /** Drops the stripe that is farthest ahead of those of which something has come. False: there is none. */
  dropFarthest(): boolean {
    const farthest = this.#stripes.findLast(({ pieces }) => pieces.length > 0);
    if (farthest !== undefined) this.drop(farthest);
    return farthest !== undefined;
  }
}
