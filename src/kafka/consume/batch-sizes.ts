/** PURE. How large the batches of a partition are, as far as they have been seen: how much to ask for, and what that will come to. */
import type { WholeBatches } from './whole-batches.ts';

/** What the newest response counts for. */
const newest = 0.3;
/** Batches that differ less than this are as good as equal. */
const alike = 1.2;

export class BatchSizes {
  #bytes = 0;
  #offsets = 0;
  #largest = 0;

  /** False: nothing has been seen yet, and nothing else here means anything. */
  get areKnown(): boolean {
    return this.#bytes > 0;
  }

  /** Bytes of the largest batch of late. */
  get largest(): number {
    return Math.ceil(this.#largest);
  }

  note({ first, next, count, bytes, largest }: WholeBatches): void {
    if (first === undefined || count === 0) return;
    const weight = this.areKnown ? newest : 1;
    this.#bytes += weight * (bytes / count - this.#bytes);
    this.#offsets += weight * ((next - first) / count - this.#offsets);
    this.#largest = Math.max(largest, this.#largest + weight * (largest - this.#largest));
  }

  /** About so many bytes stand at so many offsets. */
  bytesOf(offsets: number): number {
    return Math.ceil((offsets / this.#offsets) * this.#bytes);
  }

  /** The offsets of as many whole batches as make about so many bytes; of one at least. */
  offsetsOf(bytes: number): number {
    return Math.max(1, Math.round(this.#batches(bytes) * this.#offsets));
  }

  /**
   * What to ask for to get the batches at so many offsets, and little of the next: brokers cut the last one short, and what is cut off was
   * carried for nothing. The first one comes whole, however little is asked for.
   */
  limitOf(offsets: number): number {
    const batches = Math.round(offsets / this.#offsets);
    if (batches <= 1) return 1;
    return Math.ceil(batches * (this.#largest <= alike * this.#bytes ? this.#largest : this.#bytes));
  }

  #batches(bytes: number): number {
    return Math.max(1, Math.floor(bytes / this.#bytes));
  }
}
