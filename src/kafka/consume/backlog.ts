/** PURE. What is left of one partition, and who fetches which part of it: the fetcher in order, others ahead of it. */
import { BatchSizes } from './batch-sizes.ts';
import type { Cursor } from './cursor.ts';
import { type Piece, type Range, Stripes } from './stripes.ts';
import type { WholeBatches } from './whole-batches.ts';

/** So many failures in a row, and what is next is left to the fetcher. */
const mostFailures = 3;

export class Backlog {
  readonly cursor: Cursor;
  readonly sizes: BatchSizes;
  readonly stripes: Stripes;
  /** The end of the partition, as far as anybody has said. */
  #end = 0;
  /** Up to here the fetcher's own request will bring it, as far as can be told; undefined while it asks for nothing. */
  #askedTo: number | undefined;
  #failures = 0;
  #isOdd = false;

  /** `ofTopic`: the sizes of batches wherever they were seen. `giveBack`: takes what was fetched and is not handed out. */
  constructor(cursor: Cursor, ofTopic: BatchSizes, giveBack: (piece: Piece) => void) {
    this.cursor = cursor;
    this.sizes = new BatchSizes(ofTopic);
    this.stripes = new Stripes(giveBack);
  }

  /** Exclusive: what is there to be fetched. */
  get end(): number {
    const { until } = this.cursor;
    // Whoever reads up to an offset has been told that it is there.
    return Number.isFinite(until) ? until : this.#end;
  }

  /** About so many bytes are left; 0: nothing, or nobody knows. */
  get left(): number {
    const left = this.end - this.cursor.position;
    return left > 0 && this.sizes.areKnown ? this.sizes.bytesOf(left) : 0;
  }

  /** About so many bytes are left for whoever goes ahead. */
  get unasked(): number {
    if (this.#isOdd || !this.sizes.areKnown) return 0;
    const offsets = this.stripes.uncovered(this.#at, this.end);
    return offsets > 0 ? this.sizes.bytesOf(offsets) : 0;
  }

  /** Something is left for whoever goes ahead: the next offsets that nobody fetches, which make about so many bytes. */
  next(bytes: number): Range | undefined {
    if (this.#isOdd || !this.sizes.areKnown) return undefined;
    return this.stripes.gap(this.#at, this.end, this.sizes.offsetsOf(bytes));
  }

  /** Before it the fetcher has asked for all. */
  get #at(): number {
    return Math.max(this.cursor.position, this.#askedTo ?? 0);
  }

  /** The fetcher asks for so many bytes from the position on. */
  asks(bytes: number): void {
    const { position } = this.cursor;
    this.#askedTo = this.sizes.areKnown ? position + this.sizes.offsetsOf(bytes) : Number.POSITIVE_INFINITY;
  }

  /** What the fetcher asked for begins with this batch. */
  begins(batch: WholeBatches, highWatermark: number): void {
    this.#end = Math.max(this.#end, highWatermark);
    this.sizes.note(batch);
  }

  /** What the fetcher asked for is here, or will not come. */
  asked(): void {
    this.#askedTo = undefined;
  }

  /** The fetcher has got an answer in order: whatever was odd is not, or not any more. */
  goesOn(whole: WholeBatches, highWatermark: number): void {
    this.#isOdd = false;
    this.came(whole, highWatermark);
  }

  /** Somebody has got an answer ahead. */
  came(whole: WholeBatches, highWatermark: number): void {
    this.#failures = 0;
    this.#end = Math.max(this.#end, highWatermark);
    this.sizes.note(whole);
  }

  /** A connection failed. */
  failed(): void {
    this.#failures += 1;
    if (this.#failures >= mostFailures) this.isOdd();
  }

  /** Nobody begins anything ahead until the fetcher has got over what is next. */
  isOdd(): void {
    this.#isOdd = true;
  }
}
