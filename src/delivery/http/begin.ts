/** Where a viewer wants to begin: `?from=` of the multivariant playlist. Pure. */
import type { IndexedSegment } from '../../records/live-index.ts';

/**
 * Milliseconds since the epoch of `2026-07-01T12:00:00Z`, of plain milliseconds, or of `-300`: seconds before now.
 * Undefined for anything else.
 */
export function parseBegin(text: string, now: number): number | undefined {
  if (/^-\d{1,9}(?:\.\d{1,3})?$/.test(text)) return now + Number(text) * 1000;
  if (/^\d{11,15}$/.test(text)) return Number(text);
  // A "+" of a time zone that nobody has escaped has become a space.
  const iso = text.replace(/ (?=\d{2}:?\d{2}$)/, '+');
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/.test(iso))
    return undefined;
  const time = Date.parse(iso);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * The media sequence number of the segment that was being taken at `time` (milliseconds): of those that began before the one that began
 * last, or the oldest there is. Undefined when nothing that old is asked for: the live edge will do.
 */
export function segmentAt(segments: readonly IndexedSegment[], time: number): number | undefined {
  const wanted = time * 1000;
  const inTime = byTime(segments);
  let [low, high] = [0, inTime.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (inTime[middle]!.captured <= wanted) low = middle + 1;
    else high = middle;
  }
  const found = inTime[Math.max(0, low - 1)];
  if (found === undefined) return undefined;
  const ends = found.captured + (found.duration / found.timescale) * 1e6;
  return low === inTime.length && ends <= wanted ? undefined : found.media;
}

/** By the array: it is another one when anything in it has changed. */
const sorted = new WeakMap<readonly IndexedSegment[], readonly IndexedSegment[]>();

/** Times of the day fall where a publisher's clock was wrong and was set right; numbers never do. */
function byTime(segments: readonly IndexedSegment[]): readonly IndexedSegment[] {
  let inTime = sorted.get(segments);
  if (inTime === undefined) {
    const rises = segments.every(({ captured }, at) => at === 0 || captured >= segments[at - 1]!.captured);
    inTime = rises ? segments : segments.toSorted((one, other) => one.captured - other.captured);
    sorted.set(segments, inTime);
  }
  return inTime;
}
