/** The index of one stream's present programme in memory: which closed segments there are, and where they stand. Pure. */
import type { IndexEntry, IndexedSegment } from '../../records/live-index.ts';

/** In whatever order entries come, and however often, the same segments result. */
export class Programme {
  readonly #rewind: number;
  /** By rising media sequence number, and so by rising epoch. */
  #segments: IndexedSegment[] = [];
  #handedOut: readonly IndexedSegment[] | undefined;
  /** The media sequence numbers that it begins with, and that its end says; of one that goes on: Infinity. */
  #begin = 0;
  #end = Infinity;

  /** `rewind`: microseconds before its newest segment that are kept in mind. */
  constructor(rewind = Infinity) {
    this.#rewind = rewind;
  }

  /** The programme is over. */
  get ended(): boolean {
    return this.#end !== Infinity;
  }

  get newest(): IndexedSegment | undefined {
    return this.#segments.at(-1);
  }

  add(entry: IndexEntry): void {
    if (entry.media < this.#begin) return;
    this.#handedOut = undefined;
    if (entry.kind === 'segment') this.#addSegment(entry);
    else if (entry.media > this.#begin || this.#segments.length === 0) this.#addEnd(entry.media);
  }

  /** Oldest first. The array does not change any more. */
  segments(): readonly IndexedSegment[] {
    this.#handedOut ??= this.#segments.slice();
    return this.#handedOut;
  }

  find(epoch: number, media: number): IndexedSegment | undefined {
    const found = this.#segments[this.#at(media)];
    return found?.media === media && found.epoch === epoch ? found : undefined;
  }

  /** The newest segment of an epoch that has bytes of a rendition: where its init is to be found. */
  newestOf(epoch?: number, rendition?: string): IndexedSegment | undefined {
    return this.#segments.findLast(
      (segment) =>
        !segment.gap &&
        (epoch === undefined || segment.epoch === epoch) &&
        (rendition === undefined || Object.hasOwn(segment.sizes, rendition)),
    );
  }

  get oldest(): IndexedSegment | undefined {
    return this.#segments[0];
  }

  /** What of an epoch stood on `L` before this offset has been removed, and so has what came before. True: nothing of it is left. */
  removedBefore(offset: number, epoch: number): boolean {
    const last = this.#segments.findLastIndex(
      (segment) => segment.epoch === epoch && segment.first >= 0 && segment.first < offset,
    );
    this.#forget(last + 1);
    return last >= 0 && this.#segments[0]?.epoch !== epoch;
  }

  #forget(count: number): void {
    if (count <= 0) return;
    this.#segments.splice(0, count);
    this.#handedOut = undefined;
  }

  /** FORMAT.md, "Live media", rule 4: an epoch voids what lower ones said of its first number and of greater ones. */
  #addSegment(segment: IndexedSegment): void {
    if (segment.media >= this.#end) this.#beginAt(this.#end);
    const at = this.#at(segment.media);
    const before = this.#segments[at - 1];
    const same = this.#segments[at];
    if (before !== undefined && before.epoch > segment.epoch) return;
    if (same?.media === segment.media && same.epoch > segment.epoch) return;
    let behind = at;
    while (behind < this.#segments.length) {
      const { epoch, media } = this.#segments[behind]!;
      if (epoch > segment.epoch || (epoch === segment.epoch && media > segment.media)) break;
      behind += 1;
    }
    this.#segments.splice(at, behind - at, segment);
    // By the stream's own clock, so that all servers list the same.
    const least = this.newest!.captured - this.#rewind;
    this.#forget(this.#segments.findIndex(({ captured }) => captured >= least));
  }

  #addEnd(media: number): void {
    // A later programme may be known already: then this is the end of the one before.
    const later = this.#segments.some((segment) => segment.media >= media);
    if (later) this.#beginAt(media);
    else this.#end = this.#end === Infinity ? media : Math.max(this.#end, media);
  }

  #beginAt(media: number): void {
    this.#forget(this.#at(media));
    this.#begin = media;
    this.#end = Infinity;
  }

  /** Index of the first segment with at least this number. */
  #at(media: number): number {
    let [low, high] = [0, this.#segments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#segments[middle]!.media < media) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
