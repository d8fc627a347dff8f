/** Which segments a playlist lists: of the window, of the archive before it, and in the place of what nobody has. Pure. */
import type { IndexedSegment } from '../../records/live-index.ts';
import type { Part, Rendition, Segment } from '../contract.ts';
import { durationOf, firstListed } from '../window/limits.ts';

/** What playlists show of a segment; the window's and the archive's give the same text. */
export type Listed = Pick<
  Segment,
  'epoch' | 'media' | 'discontinuity' | 'discontinuities' | 'gap' | 'timescale' | 'duration' | 'captured'
> & {
  readonly closed?: boolean;
  /** In the archive only their number is known: parts are listed of the window's segments alone. */
  readonly parts: readonly Part[] | number;
};

/** Segments `from` to `to` (excluded) of those that are known; the first has nothing before it in its list. */
export interface OlderSegments {
  readonly known: readonly Listed[];
  readonly from: number;
  readonly to: number;
  /** Whose they are, where others have what is a gap here: `OfRendition`. */
  readonly apart?: string;
}

/** What a playlist lists: what is far behind its end, and all that follows. */
export interface LineUp {
  readonly older: OlderSegments;
  /** Rising media sequence numbers without a hole, right behind the older ones. The last one may be open. */
  readonly segments: readonly Listed[];
}

export interface LineUpOptions {
  readonly rendition: Pick<Rendition, 'segments'>;
  /** Microseconds: of a whole segment, and what playlists of the live edge list at least. */
  readonly target: number;
  readonly listed: number;
  /** List from this media sequence number on; undefined: what belongs to the live edge. */
  readonly from?: number | undefined;
  /** All that the archive has, the same array until something has changed. */
  readonly archived?: readonly IndexedSegment[] | undefined;
  readonly apart?: string | undefined;
  /** Microseconds before the end of which no segment is among the older ones. */
  readonly recent?: number;
}

/** So few older segments are not told apart: a list of them is no matter. */
const few = 256;

/** Work and memory of a list that begins long ago do not hang on how long ago. */
export function lineUp({
  rendition,
  target,
  listed,
  from,
  archived = [],
  apart = '',
  recent = 0,
}: LineUpOptions): LineUp {
  const { segments } = rendition;
  if (from === undefined) return all(segments.slice(firstListed(segments, target, listed)), target);
  // However near the edge one begins: players need some target durations to choose a place in (RFC 8216bis, 6.2.2).
  const least = segments[firstListed(segments, target, 0)]?.media ?? from;
  const begin = Math.min(from, least);
  const window = segments.slice(segments.findIndex(({ media }) => media >= begin));
  const end = indexOf(archived, segments[0]?.media ?? Number.POSITIVE_INFINITY);
  const first = Math.max(indexOf(archived, begin), unbrokenFrom(archived));
  if (end - first <= few) return all([...archived.slice(Math.min(first, end), end), ...window], target);
  const to = recentFrom(archived, first, end, recent - lengthOf(window));
  const before = archived[to - 1]!;
  const known = withoutHoles([before, ...archived.slice(to, end), ...window], target);
  // A row of missing numbers that is too long stands between: what was before it is not told of.
  if (known[0] !== before) return { older: none, segments: known };
  return { older: { known: archived, from: first, to, apart }, segments: known.slice(1) };
}

const none: OlderSegments = { known: [], from: 0, to: 0 };

function all(segments: readonly Listed[], target: number): LineUp {
  return { older: none, segments: withoutHoles(segments, target) };
}

/** Index of the newest segment that ends so many microseconds before the last, or more; of one between, to be exact in every case. */
function recentFrom(archived: readonly Listed[], first: number, end: number, lasts: number): number {
  let at = end;
  for (let rest = lasts; rest > 0 && at > first + 1; at -= 1) rest -= durationOf(archived[at - 1]!);
  return at;
}

function lengthOf(segments: readonly Listed[]): number {
  return segments.reduce((sum, segment) => sum + durationOf(segment), 0);
}

/** Index of the first segment with at least this media sequence number. */
export function indexOf(segments: readonly Pick<Listed, 'media'>[], media: number): number {
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle]!.media < media) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The epoch whose init is in force behind these; undefined: of none. */
export function newestEpoch({ known, from, to }: OlderSegments): number | undefined {
  for (let at = to - 1; at >= from; at -= 1) if (!known[at]!.gap) return known[at]!.epoch;
  return undefined;
}

/** So many numbers are missing in a row, or encoders began anew and showed nothing, by accidents of one publisher; more are none. */
const longestHole = 100;

type Counted = Pick<Listed, 'media'> & Partial<Pick<Listed, 'discontinuities'>>;

/**
 * Index of the first segment behind the last break: what was before it is not told of. Each missing number has its line, and each
 * beginning anew, so that whoever writes records could ask for any number of them.
 */
export function lastUnbroken(segments: readonly Counted[]): number {
  let from = Math.max(0, segments.length - 1);
  while (from > 0 && !isBroken(segments[from - 1]!, segments[from]!)) from -= 1;
  return from;
}

function isBroken(before: Counted, segment: Counted): boolean {
  const begun = (segment.discontinuities ?? 0) - (before.discontinuities ?? 0);
  return segment.media - before.media > longestHole || begun > longestHole;
}

/** By the array: it is another one when anything in it has changed. */
const unbroken = new WeakMap<readonly Listed[], number>();

/** The same of the archive, which may have tens of thousands; of no segments 0. */
function unbrokenFrom(segments: readonly Listed[]): number {
  let from = unbroken.get(segments);
  if (from === undefined) {
    from = lastUnbroken(segments);
    unbroken.set(segments, from);
  }
  return from;
}

/**
 * Players count segments, so that each number needs its line. One is missing where an encoder died before the first part of a
 * segment was complete, or where its entry was never written: it is listed as a gap.
 */
export function withoutHoles(segments: readonly Listed[], target: number): readonly Listed[] {
  const from = lastUnbroken(segments);
  const unbroken = from === 0 ? segments : segments.slice(from);
  if (unbroken.every(({ media }, index) => media === unbroken[0]!.media + index)) return unbroken;
  const filled: Listed[] = [];
  for (const segment of unbroken) {
    const before = filled.at(-1);
    if (before !== undefined) {
      for (let media = before.media + 1; media < segment.media; media += 1)
        filled.push(hole(before, media, target));
    }
    filled.push(segment);
  }
  return filled;
}

/** As long as a segment should be, right behind what came before. */
function hole(before: Listed, media: number, target: number): Listed {
  const { epoch, discontinuities } = before;
  const lasts = (before.duration / before.timescale) * 1e6 + (media - before.media - 1) * target;
  return {
    epoch,
    media,
    discontinuity: false,
    discontinuities,
    gap: true,
    timescale: 1_000_000,
    duration: target,
    captured: before.captured + Math.round(lasts),
    parts: [],
  };
}
