/**
 * Where GStreamer begins to play. Without `suggestedPresentationDelay` it goes back 10 s from now, and calls a manifest invalid
 * where no period was 10 s ago: that of a stream which has just begun. Others are to stay as near to what is filmed as they can, and
 * some would follow that attribute rather than `ServiceDescription`; so it stands in another namespace, which GStreamer does not look
 * at (ADR 177). FFmpeg does not either, and counts to the same number with it. Pure.
 */
import { type Run, secondsOf, timeOf } from './runs.ts';
import { type Attributes, duration } from './xml.ts';

/** Segments that it stays behind, as by HLS. */
const behind = 3;
/** Seconds by which its clock is late: it sets it by the `Date` of answers, which has whole seconds. */
const late = 1;

/** Of the MPD. `part` and `segment`: targets in seconds. */
export function gstreamerDelay(
  { last }: Run,
  { part, segment }: Record<'part' | 'segment', number>,
): Attributes {
  // A part less than there is, for the publisher's clock may be early by some of one.
  const there = timeOf(last) + secondsOf(last) - part - late;
  return {
    'xmlns:gstreamer': 'urn:sluice:gstreamer',
    'gstreamer:suggestedPresentationDelay': duration(Math.max(0, Math.min(behind * segment, there))),
  };
}
