/**
 * The manifest for whoever reads files and nothing else: whole segments, each with its entry, and the clock of whoever serves the file. Each
 * epoch is a period of its own. Pure text.
 */
import type { Targets } from '../../records/live-record.ts';
import { longestOf, mpd } from './manifest.ts';
import { periodOf, type Variant } from './period.ts';
import { type ListedSegment, type Run, runsOf, secondsOf, timeOf } from './runs.ts';
import { timelineOf } from './timeline.ts';
import { duration, element } from './xml.ts';

/** What an epoch is announced by. */
export interface PlainEpoch {
  /** When its media time was 0: seconds since the epoch of Unix, the same for as long as it lasts. */
  readonly start: number;
  readonly variants: readonly Variant[];
}

export interface PlainManifestOptions {
  readonly targets: Targets;
  /** Rising media sequence numbers without a hole, all closed; what nobody has is a gap. */
  readonly segments: readonly ListedSegment[];
  /** Of all epochs of the segments. */
  readonly epochOf: (epoch: number) => PlainEpoch;
  /** Nothing follows. */
  readonly over: boolean;
  /** Its own name, where clocks are asked for. */
  readonly name: string;
}

const uri = (text: string): string => text;

export function plainManifest(options: PlainManifestOptions): string {
  return options.over ? whole(options) : growing(options);
}

function growing({ targets, segments, epochOf, name }: PlainManifestOptions): string {
  const segment = targets.segment / 1e6;
  const runs = runsOf(segments, ({ epoch }, next) => next.epoch === epoch).flatMap(withoutEdges);
  const periods = runs.flatMap((run, index) => {
    const { epoch } = run.first;
    const { start, variants } = epochOf(epoch);
    const begin = { id: `e${epoch}`, start: duration(start) };
    const next = runs[index + 1];
    const ends = timeOf(run.last) + secondsOf(run.last);
    // Another one follows: whoever is told more asks for segments that never come.
    const lasts = next && Math.max(0, Math.min(ends, epochOf(next.first.epoch).start - start));
    const attributes = lasts === undefined ? begin : { ...begin, duration: duration(lasts) };
    const { timescale, media } = run.first;
    const template = { timescale, startNumber: media };
    return periodOf({ epoch, variants, attributes, template, timeline: timelineOf(run.segments), uri });
  });
  const newest = segments.at(-1);
  const attributes = {
    type: 'dynamic',
    availabilityStartTime: '1970-01-01T00:00:00Z',
    publishTime: new Date(Math.round((newest?.captured ?? 0) / 1000)).toISOString(),
    minimumUpdatePeriod: duration(segment),
    timeShiftBufferDepth: duration(depthOf(runs, epochOf)),
    suggestedPresentationDelay: duration(behind * segment),
    maxSegmentDuration: duration(longestOf(segments, segment)),
    minBufferTime: duration(segment),
  };
  // The time by which a file server dates its answers: of all clocks there the only one.
  const clock = { schemeIdUri: 'urn:mpeg:dash:utc:http-head:2014', value: name };
  return mpd(attributes, [...periods, ...element('UTCTiming', clock)]);
}

/** Nobody is to ask for gaps; in between each number needs its entry. */
function withoutEdges({ segments }: Run): Run[] {
  const begin = segments.findIndex(({ gap }) => !gap);
  if (begin < 0) return [];
  const end = segments.findLastIndex(({ gap }) => !gap);
  const told = segments.slice(begin, end + 1);
  return [{ segments: told, first: told[0]!, last: told.at(-1)! }];
}

/** Segments that players stay behind, as by HLS. */
const behind = 3;

/** Seconds from the begin of the oldest segment to the end of the newest one, pauses of the publisher included. */
function depthOf(runs: readonly Run[], epochOf: PlainManifestOptions['epochOf']): number {
  const [oldest, newest] = [runs[0], runs.at(-1)];
  if (oldest === undefined || newest === undefined) return 0;
  const begin = epochOf(oldest.first.epoch).start + timeOf(oldest.first);
  return epochOf(newest.first.epoch).start + timeOf(newest.last) + secondsOf(newest.last) - begin;
}

function whole({ targets, segments, epochOf }: PlainManifestOptions): string {
  const runs = runsOf(
    segments.filter(({ gap }) => !gap),
    ({ epoch, media }, next) => next.epoch === epoch && next.media === media + 1,
  );
  let total = 0;
  const periods = runs.flatMap(({ first, segments: own }) => {
    const { timescale, time, media, epoch } = first;
    const lasts = own.reduce((sum, one) => sum + secondsOf(one), 0);
    total += lasts;
    return periodOf({
      epoch,
      variants: epochOf(epoch).variants,
      attributes: { id: `m${media}`, duration: duration(lasts) },
      template: { timescale, presentationTimeOffset: time, startNumber: media },
      timeline: timelineOf(own),
      uri,
    });
  });
  const attributes = {
    type: 'static',
    mediaPresentationDuration: duration(total),
    maxSegmentDuration: duration(longestOf(segments, targets.segment / 1e6)),
    minBufferTime: duration(targets.segment / 1e6),
  };
  return mpd(attributes, periods);
}
