/** The numbers that a stream's playlists promise; fixed for as long as it lasts. Pure. */
import type { Targets } from '../../records/live-record.ts';

/** Seconds. */
export interface PlaylistTiming {
  /** EXT-X-TARGETDURATION: no segment rounds to more (RFC 8216bis, 4.4.3.1). */
  readonly targetDuration: number;
  readonly partTarget: number;
  /** Players stay so far behind the end: with parts, and without (4.4.3.8: at least three times the targets). */
  readonly partHoldBack: number;
  readonly holdBack: number;
  /** Delta updates leave out what is older (4.4.3.8: at least six target durations). */
  readonly skipUntil: number;
  /** Parts are listed for so long (6.2.2: not more than three target durations). */
  readonly partsListed: number;
}

export function timingOf({ part, segment }: Targets): PlaylistTiming {
  const targetDuration = Math.max(1, Math.ceil(segment / 1e6 - 1e-6));
  const partTarget = part / 1e6;
  return {
    targetDuration,
    partTarget,
    // Not less than three times what is written, which has five decimals.
    partHoldBack: (3 * Math.ceil(part / 10)) / 1e5,
    holdBack: 3 * targetDuration,
    skipUntil: 6 * targetDuration,
    partsListed: 3 * targetDuration,
  };
}

/** How many parts ahead a request may be (6.2.5.2, Advance Part Limit). */
export function advancePartLimit({ part }: Targets): number {
  return part < 1e6 ? Math.ceil(3e6 / part) : 3;
}
