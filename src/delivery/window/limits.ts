/**
 * What of a stream is listed in its live playlists, and what is kept in memory behind that. It hangs on segments alone, never on
 * a clock or on when a server began, so that all servers list the same. Pure.
 */
import type { Segment } from '../contract.ts';

export interface WindowLimits {
  /** Microseconds of closed segments that live playlists list, at least. */
  readonly listed: number;
  /** Bytes of one rendition that are kept, even where more is to be listed. */
  readonly bytes: number;
}

export const windowDefaults: WindowLimits = { listed: 30_000_000, bytes: 64 * 1024 * 1024 };

/** Apple asks for six segments at least, and no playlist may fall below three target durations (RFC 8216bis, 6.2.2). */
const fewestSegments = 6;
/** Whoever has just read a playlist may fetch what it listed: for as long, in target durations, it stays. */
const grace = 3;

/** Those of the archive are all closed. */
type Measured = Pick<Segment, 'duration' | 'timescale'> & Partial<Pick<Segment, 'closed'>>;

/** Microseconds. */
export function durationOf({ duration, timescale }: Pick<Segment, 'duration' | 'timescale'>): number {
  return (duration / timescale) * 1e6;
}

/** Index of the first segment that live playlists list. `target`: of segments, microseconds. */
export function firstListed(segments: readonly Measured[], target: number, listed: number): number {
  return firstWithin(segments, Math.max(listed, grace * target), fewestSegments);
}

/** Index of the first segment that stays in memory. */
export function firstKept(segments: readonly Measured[], target: number, listed: number): number {
  const least = Math.max(listed, grace * target) + (grace + 1) * target;
  return firstWithin(segments, least, fewestSegments + grace + 1);
}

/** The newest segments of which the closed ones last at least so long, and are at least so many. */
function firstWithin(segments: readonly Measured[], least: number, fewest: number): number {
  let duration = 0;
  let count = 0;
  for (let index = segments.length - 1; index >= 0; index -= 1) {
    const segment = segments[index]!;
    if (segment.closed === false) continue;
    duration += durationOf(segment);
    count += 1;
    // A microsecond is less than any tick, and more than what sums of fractions lose.
    if (duration >= least - 1 && count >= fewest) return index;
  }
  return 0;
}
