/** What the segments of a manifest have in common: runs of one encoder, when each began, and whether its numbers follow the clock. Pure. */
import type { Segment } from '../contract.ts';

/** What of a segment matters here; those of the window and of the archive have it. */
export type ListedSegment = Pick<
  Segment,
  'epoch' | 'media' | 'gap' | 'timescale' | 'time' | 'duration' | 'captured'
> & {
  /** False: it still grows. Those of the archive are all closed. */
  readonly closed?: boolean;
  /** Bytes by rendition: in the archive. */
  readonly sizes?: Readonly<Record<string, number>>;
};

/** Segments that follow one another, of one encoder. */
export interface Run {
  readonly segments: readonly ListedSegment[];
  readonly first: ListedSegment;
  readonly last: ListedSegment;
}

export function runsOf(
  segments: readonly ListedSegment[],
  goesOn: (segment: ListedSegment, next: ListedSegment) => boolean,
): Run[] {
  const runs: ListedSegment[][] = [];
  for (const segment of segments) {
    const run = runs.at(-1);
    if (run !== undefined && goesOn(run.at(-1)!, segment)) run.push(segment);
    else runs.push([segment]);
  }
  return runs.map((run) => ({ segments: run, first: run[0]!, last: run.at(-1)! }));
}

/**
 * Those that begin before what follows them: where a clock was set back, a period would begin behind the next one, and have no length. What is newest
 * stays.
 */
export function inOrder<T extends { readonly start: number }>(runs: readonly T[]): T[] {
  const kept: T[] = [];
  for (const run of runs.toReversed()) if (run.start < (kept.at(-1)?.start ?? Infinity)) kept.push(run);
  return kept.reverse();
}

/** The first segment of an epoch, of segments by rising epoch: there may be tens of thousands. */
export function oldestOf(segments: readonly ListedSegment[], epoch: number): ListedSegment | undefined {
  const oldest = segments[indexOfEpoch(segments, epoch)];
  return oldest?.epoch === epoch ? oldest : undefined;
}

/** The same: those of an epoch. */
export function allOf(segments: readonly ListedSegment[], epoch: number): readonly ListedSegment[] {
  return segments.slice(indexOfEpoch(segments, epoch), indexOfEpoch(segments, epoch + 1));
}

/** Index of the first segment of at least this epoch. */
function indexOfEpoch(segments: readonly ListedSegment[], epoch: number): number {
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle]!.epoch < epoch) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Seconds of media time at which a segment begins, and that it lasts. */
export function timeOf({ time, timescale }: ListedSegment): number {
  return time / timescale;
}

export function secondsOf({ duration: ticks, timescale }: ListedSegment): number {
  return ticks / timescale;
}

/** When the media time of a segment's epoch was 0, by this segment: seconds since the epoch of Unix, to the millisecond. */
export function beginOf(segment: ListedSegment): number {
  return Math.round(segment.captured / 1000 - timeOf(segment) * 1000) / 1000;
}

/**
 * The number of the segment at media time 0, if all segments from `known` on begin and end where the target (seconds) says, so
 * that a player may count them by the clock; undefined where it must be told of each. `known` is the oldest segment of the epoch that
 * the index has: what has left the window tells of a deviation that grows. `picture`: seconds of one.
 */
export function numberAtZero(
  { segments, last }: Run,
  known: ListedSegment,
  target: number,
  picture: number,
): number | undefined {
  // An encoder cuts at the first picture behind the target.
  const tolerance = Math.max(0.05, picture * 1.01);
  const number = known.media - Math.round(timeOf(known) / target);
  const fits = (media: number, time: number) => Math.abs(time - (media - number) * target) <= tolerance;
  const regular = (segment: ListedSegment) =>
    fits(segment.media, timeOf(segment)) &&
    (segment === last || fits(segment.media + 1, timeOf(segment) + secondsOf(segment)));
  const longest = (last.media + 1 - number) * target + tolerance;
  const ends = timeOf(last) + secondsOf(last) <= longest;
  return number >= 0 && ends && fits(known.media, timeOf(known)) && segments.every(regular)
    ? number
    : undefined;
}
