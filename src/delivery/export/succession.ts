/**
 * What of a stream's index is to be listed next. What is listed once is never taken back, so that a playlist never goes back: where an encoder
 * that was given up, and its successor, both made a segment of a number, the one that the index has first counts (ADR 279). Pure.
 */
import { ConfigurationError, IncompleteError } from '../../errors.ts';
import type { IndexEntry, IndexedEnd, IndexedSegment } from '../../records/live-index.ts';

/** Numbers that may be missing in a row: each needs a line for ever. Half a day of segments of two seconds. */
const longestHole = 20_000;
/** Discontinuities between two segments, each of which needs a line. */
const mostBegun = 100;
/** Microseconds by which the picture of an old number may be newer than the last one: of publishers that take each other's place. */
const tolerated = 600_000_000;

export interface SuccessionOptions {
  readonly stream: string;
  /** Microseconds of a segment. */
  readonly target: number;
  /** The least media sequence number that is wanted while nothing is listed. */
  readonly firstMedia: number;
}

/** What is to be listed, in order, without a hole. */
export type Next =
  /** `lost`: nobody has it, and its entry is made up. */
  | { readonly kind: 'segment'; readonly segment: IndexedSegment; readonly lost: boolean }
  | { readonly kind: 'end'; readonly end: IndexedEnd };

export class Succession {
  readonly #options: SuccessionOptions;
  #last: IndexedSegment | undefined;
  #isOver = false;

  /** `last`: of what is listed. */
  constructor(options: SuccessionOptions, last: IndexedSegment | undefined) {
    this.#options = options;
    this.#last = last;
  }

  /**
   * What an entry adds; entries come in the order of the index. Throws IncompleteError where too much is missing, ConfigurationError where the
   * stream is another one by that name.
   */
  readonly push = (entry: IndexEntry): readonly Next[] => {
    if (this.#isOver) return [];
    return entry.kind === 'end' ? this.#end(entry) : this.#segment(entry);
  };

  #end(end: IndexedEnd): readonly Next[] {
    if (this.#last === undefined || end.media <= this.#last.media) return [];
    this.#isOver = true;
    return [{ kind: 'end', end }];
  }

  #segment(entry: IndexedSegment): readonly Next[] {
    const last = this.#last;
    if (last === undefined) {
      if (entry.media < this.#options.firstMedia) return [];
    } else if (entry.media <= last.media || entry.epoch < last.epoch) {
      this.#mustNotBeAnew(entry);
      return [];
    }
    const holes = last === undefined ? [] : this.#holes(last, entry);
    this.#last = entry;
    return [
      ...holes.map((segment): Next => ({ kind: 'segment', segment, lost: true })),
      { kind: 'segment', segment: entry, lost: false },
    ];
  }

  #holes(last: IndexedSegment, entry: IndexedSegment): IndexedSegment[] {
    const { stream, target } = this.#options;
    const missing = entry.media - last.media - 1;
    const begun = entry.discontinuities - last.discontinuities;
    if (missing > longestHole || begun > mostBegun)
      throw new IncompleteError(
        `stream "${stream}" has lost ${missing} segments behind number ${last.media} (the topic does not hold them any more): what stands is kept; export what follows to another place`,
      );
    const lasts = Math.round((last.duration / last.timescale) * 1e6);
    const ticks = Math.max(1, Math.round((target / 1e6) * last.timescale));
    return Array.from({ length: missing }, (_, hole) => ({
      ...last,
      media: last.media + 1 + hole,
      discontinuity: false,
      gap: true,
      time: last.time + last.duration + hole * ticks,
      duration: ticks,
      captured: last.captured + lasts + hole * target,
      parts: 0,
      sizes: {},
      first: -1,
      next: -1,
    }));
  }

  #mustNotBeAnew({ media, captured }: IndexEntry): void {
    const last = this.#last;
    if (last === undefined || captured - last.captured < tolerated) return;
    throw new ConfigurationError(
      `stream "${this.#options.stream}" is another one than was exported: it is at segment ${media}, and ${last.media} stands already; its topic was made anew, so export it to another place`,
    );
  }
}
