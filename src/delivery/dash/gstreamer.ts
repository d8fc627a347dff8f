/**
 * What GStreamer takes from a live manifest otherwise than others do (ADR 177). It stands in another namespace, which GStreamer does not
 * look at, and before the attribute that it takes the place of, for the first of a name counts. FFmpeg reads so too; its count of
 * segments stays the same. Pure.
 */
import { type Run, secondsOf, timeOf } from './runs.ts';
import { type Attributes, duration } from './xml.ts';

/** Segments that it stays behind, as by HLS. */
const behind = 3;
/** Seconds by which its clock is late: it sets it by the `Date` of answers, which has whole seconds. */
const late = 1;

export interface GstreamerOptions {
  /** Those of the manifest, oldest first. `start`: when media time was 0, or `offset` (ticks), seconds since the epoch of Unix. `startNumber`: players count. */
  readonly runs: readonly (Run & {
    readonly start: number;
    readonly offset?: number;
    readonly startNumber?: number | undefined;
  })[];
  /** Targets in seconds; of what has no parts 0. */
  readonly part: number;
  readonly segment: number;
}

/** Of the MPD, and of its only period; to stand before all others. */
export function forGstreamer({
  runs,
  part,
  segment,
}: GstreamerOptions): Record<'root' | 'period', Attributes> {
  const newest = runs.at(-1);
  if (newest === undefined) return { root: {}, period: {} };
  const { last, start, offset = 0, startNumber } = newest;
  // Otherwise it goes back 10 s, and calls the manifest of a stream invalid that is younger. A part less than there is, for the
  // publisher's clock may be early by some of one.
  const there = timeOf(last) + secondsOf(last) - offset / last.timescale - part - late;
  const root = {
    'xmlns:gst': 'urn:sluice:gstreamer',
    'gst:suggestedPresentationDelay': duration(Math.max(0, Math.min(behind * segment, there))),
  };
  if (runs.length > 1 || startNumber !== undefined) return { root, period: {} };
  // It adds the period's start to the times of a SegmentTimeline, and then once more.
  const begin = new Date(Math.round(start * 1000)).toISOString();
  return {
    root: { ...root, 'gst:availabilityStartTime': begin },
    period: { 'gst:start': duration(0) },
  };
}
