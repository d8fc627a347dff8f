/** What the index says of one stream: its segments in their order, over several programmes. Pure. FORMAT.md, "Index of segments". */
import type { IndexEntry, IndexedSegment } from '../../records/live-index.ts';

export class SegmentList {
  readonly #segments: IndexedSegment[] = [];
  /** Media sequence numbers that followed a programme's last segment, rising. */
  readonly #ends: number[] = [];
  #epoch = -1;

  /** To be called with a stream's entries in the order of the topic. */
  push(entry: IndexEntry): void {
    const { epoch, media } = entry;
    // A zombie's, or one that is there already.
    if (epoch < this.#epoch) return;
    if (entry.kind === 'segment' && epoch > this.#epoch) this.#makeVoid(media);
    this.#epoch = epoch;
    if (entry.kind === 'end') this.#ends.push(media);
    else if (media > (this.#segments.at(-1)?.media ?? -1)) this.#segments.push(entry);
  }

  get all(): readonly IndexedSegment[] {
    return this.#segments;
  }

  /** Those of the newest programme, oldest first. */
  get newestProgramme(): readonly IndexedSegment[] {
    const last = this.#segments.at(-1)?.media ?? -1;
    const begin = this.#ends.findLast((media) => media <= last) ?? 0;
    return this.#segments.filter(({ media }) => media >= begin);
  }

  /** The segment that is shown at a time (microseconds since the epoch of Unix): the last one that began until then. */
  at(time: number): IndexedSegment | undefined {
    return this.#segments.findLast(({ captured }) => captured <= time);
  }

  /** Of those that begin at a time or later, the first. */
  from(time: number): IndexedSegment | undefined {
    return this.#segments.find(({ captured }) => captured >= time);
  }

  /** The first segment of an epoch makes what lower epochs said of the same and greater numbers void. */
  #makeVoid(media: number): void {
    const first = this.#segments.findIndex((segment) => segment.media >= media);
    if (first >= 0) this.#segments.splice(first);
  }
}
