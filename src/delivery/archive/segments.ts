/** The index of one stream in memory: the segments of its present programme that Kafka still holds. Pure. */
import type { IndexEntry, IndexedSegment } from '../../records/live-index.ts';

/** Entries of a stream in the order of `L.index`; bounded by how far back viewers may rewind. */
export class SegmentIndex {
  readonly #rewind: number;
  #segments: IndexedSegment[] = [];
  /** The programme is over: what comes next belongs to another. */
  #over = false;

  /** `rewind`: microseconds. */
  constructor(rewind: number) {
    this.#rewind = rewind;
  }

  /** False when it changes nothing: an older epoch's, or one that is known. */
  add(entry: IndexEntry): boolean {
    const newest = this.#segments.at(-1);
    if (newest !== undefined && entry.epoch < newest.epoch) return false;
    if (entry.kind === 'end') {
      this.#over = true;
      return true;
    }
    if (newest !== undefined && entry.epoch === newest.epoch && entry.media <= newest.media) return false;
    if (this.#over) this.#segments = [];
    this.#over = false;
    // A newer epoch makes void what older ones said of the same and greater numbers (FORMAT.md, "Live media", 4).
    while ((this.#segments.at(-1)?.media ?? -1) >= entry.media) this.#segments.pop();
    this.#segments.push(entry);
    this.#trim(entry.captured - this.#rewind);
    return true;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Retention has removed all before this offset of the stream's partition. */
  removeBefore(offset: number): void {
    const kept = this.#segments.findIndex(({ first }) => first < 0 || first >= offset);
    if (kept !== 0) this.#segments.splice(0, kept === -1 ? this.#segments.length : kept);
  }

  /** Oldest first, from this media sequence number on. */
  from(media = 0): readonly IndexedSegment[] {
    const first = this.#firstAt(media);
    return first === 0 ? this.#segments : this.#segments.slice(first);
  }

  find(epoch: number, media: number): IndexedSegment | undefined {
    const segment = this.#segments[this.#firstAt(media)];
    return segment?.media === media && segment.epoch === epoch ? segment : undefined;
  }

  /** The newest one of an epoch. */
  newestOf(epoch: number): IndexedSegment | undefined {
    return this.#segments.findLast((segment) => segment.epoch === epoch && !segment.gap);
  }

  get newest(): IndexedSegment | undefined {
    return this.#segments.at(-1);
  }

  /** Numbers rise, so that halving finds the first that is not smaller. */
  #firstAt(media: number): number {
    let [low, high] = [0, this.#segments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#segments[middle]!.media < media) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #trim(oldest: number): void {
    let first = 0;
    while (this.#segments.length - first > 1 && this.#segments[first]!.captured < oldest) first += 1;
    // Now and then, for each time moves the rest.
    if (first > 64 || first * 2 > this.#segments.length) this.#segments.splice(0, first);
  }
}
