/** PURE. How large the batches of a partition are, as far as they have been seen: how much to ask for, and what that will come to. */
import type { WholeBatches } from './whole-batches.ts';

/** What the newest response counts for. */
const newest = 0.3;
/** Batches that differ less than this are as good as equal. */
const alike = 1.2;

export class BatchSizes {
  readonly #others: BatchSizes | undefined;
  #bytes = 0;
  #offsets = 0;
  #largest = 0;

  /** `others`: what is seen of all partitions of the topic, which is what this one is taken to be like until something of it has been seen. */
  constructor(others?: BatchSizes) {
    this.#others = others;
  }

  /** False: nothing has been seen yet, and nothing else here means anything. */
  get areKnown(): boolean {
    return this.#seen.#bytes > 0;
  }

  /** Bytes of the largest batch of late. */
  get largest(): number {
    return Math.ceil(this.#seen.#largest);
  }

  note(whole: WholeBatches): void {
    const { first, next, count, bytes, largest } = whole;
    if (first === undefined || count === 0) return;
    this.#others?.note(whole);
    const weight = this.#bytes > 0 ? newest : 1;
    this.#bytes += weight * (bytes / count - this.#bytes);
    this.#offsets += weight * ((next - first) / count - this.#offsets);
    this.#largest = Math.max(largest, this.#largest + weight * (largest - this.#largest));
  }

  /** About so many bytes stand at so many offsets. */
  bytesOf(offsets: number): number {
    const seen = this.#seen;
    return Math.ceil((offsets / seen.#offsets) * seen.#bytes);
  }

  /** The offsets of as many whole batches as make about so many bytes; of one at least. */
  offsetsOf(bytes: number): number {
    const seen = this.#seen;
    const batches = Math.max(1, Math.floor(bytes / seen.#bytes));
    return Math.max(1, Math.round(batches * seen.#offsets));
  }

  /**
   * What to ask for to get the batches at so many offsets, and little of the next: brokers cut the last one short, and what is cut off was
   * carried for nothing. The first one comes whole, however little is asked for.
   */
  limitOf(offsets: number): number {
    const seen = this.#seen;
    const batches = Math.round(offsets / seen.#offsets);
    if (batches <= 1) return 1;
    return Math.ceil(batches * (seen.#largest <= alike * seen.#bytes ? seen.#largest : seen.#bytes));
  }

  get #seen(): BatchSizes {
    return this.#bytes > 0 ? this : (this.#others ?? this);
  }
}
