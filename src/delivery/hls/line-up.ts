/** Which segments a playlist lists: of the window, of the archive before it, and in the place of what nobody has. Pure. */
import type { IndexedSegment } from '../../records/live-index.ts';
import type { Part, Rendition, Segment } from '../contract.ts';
import { firstListed } from '../window/limits.ts';

/** What playlists show of a segment; the window's and the archive's give the same text. */
export type Listed = Pick<
  Segment,
  'epoch' | 'media' | 'discontinuity' | 'discontinuities' | 'gap' | 'timescale' | 'duration' | 'captured'
> & {
  readonly closed?: boolean;
  /** In the archive only their number is known: parts are listed of the window's segments alone. */
  readonly parts: readonly Part[] | number;
};

export interface LineUpOptions {
  readonly rendition: Pick<Rendition, 'segments'>;
  /** Microseconds: of a whole segment, and what playlists of the live edge list at least. */
  readonly target: number;
  readonly listed: number;
  /** List from this media sequence number on; undefined: what belongs to the live edge. */
  readonly from?: number | undefined;
  /** What the archive has from there on. */
  readonly older?: readonly IndexedSegment[] | undefined;
}

/** Rising media sequence numbers without a hole. The last one may be open. */
export function lineUp(options: LineUpOptions): readonly Listed[] {
  return withoutHoles(choose(options), options.target);
}

function choose({ rendition, target, listed, from, older = [] }: LineUpOptions): readonly Listed[] {
  const { segments } = rendition;
  if (from === undefined) return segments.slice(firstListed(segments, target, listed));
  // However near the edge one begins: players need some target durations to choose a place in (RFC 8216bis, 6.2.2).
  const least = segments[firstListed(segments, target, 0)]?.media ?? from;
  const begin = Math.min(from, least);
  const oldest = segments[0]?.media ?? Number.POSITIVE_INFINITY;
  const archived = older.slice(0, older.findLastIndex(({ media }) => media < oldest) + 1);
  return [...archived, ...segments.slice(segments.findIndex(({ media }) => media >= begin))];
}

/** A longer row of missing numbers is no accident of one publisher: what was before it is not told of. */
const longestHole = 100;

/**
 * Players count segments, so that each number needs its line. One is missing where an encoder died before the first part of a
 * segment was complete, or where its entry was never written: it is listed as a gap.
 */
export function withoutHoles(segments: readonly Listed[], target: number): readonly Listed[] {
  if (segments.every(({ media }, index) => media === segments[0]!.media + index)) return segments;
  let filled: Listed[] = [];
  for (const segment of segments) {
    const before = filled.at(-1);
    if (before !== undefined && segment.media - before.media > longestHole) filled = [];
    else if (before !== undefined) {
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
