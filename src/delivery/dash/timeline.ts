/** What a SegmentTimeline says: each segment with its time and its length, neighbours of the same length counted. Pure. */
import type { ListedSegment } from './runs.ts';
import type { Attributes } from './xml.ts';

/** The attributes of its entries. */
export function timelineOf(segments: readonly ListedSegment[]): readonly Attributes[] {
  const entries: Attributes[] = [];
  for (let index = 0; index < segments.length; ) {
    const first = segments[index]!;
    let repeated = 0;
    for (let next = index + 1; next < segments.length; next += 1) {
      const { time, duration: lasts } = segments[next]!;
      if (lasts !== first.duration || time !== first.time + (repeated + 1) * first.duration) break;
      repeated += 1;
    }
    const { time: t, duration: d } = first;
    entries.push(repeated === 0 ? { t, d } : { t, d, r: repeated });
    index += repeated + 1;
  }
  return entries;
}

/**
 * Entries are counted from the first one's number on, so that each number needs one: what nobody has (an encoder died in a segment's
 * first part, an entry was never written) lasts from what was before it to what is behind it.
 */
export function withoutHoles(segments: readonly ListedSegment[]): readonly ListedSegment[] {
  return segments.flatMap((segment, index) => {
    const before = segments[index - 1];
    const missing = before === undefined ? 0 : segment.media - before.media - 1;
    if (before === undefined || missing <= 0) return [segment];
    const begin = before.time + before.duration;
    const lasts = Math.max(1, Math.floor((segment.time - begin) / missing));
    const holes = Array.from({ length: missing }, (_, hole) => ({
      ...before,
      media: before.media + 1 + hole,
      gap: true,
      time: begin + hole * lasts,
      duration: lasts,
    }));
    return [...holes, segment];
  });
}
