/**
 * The manifest of DASH (ISO/IEC 23009-1, and DASH-IF's low-latency modes). Each epoch is a period of its own, as long as what it
 * holds. Pure text.
 */
import type { Targets } from '../../records/live-record.ts';
import { lastUnbroken } from '../hls/line-up.ts';
import type { Uri } from '../hls/names.ts';
import { countingFrom, ffmpegMinBuffer, ffmpegNamespace, ffmpegPeriod } from './ffmpeg.ts';
import { forGstreamer } from './gstreamer.ts';
import { periodOf, type Variant, variantsOf } from './period.ts';
import {
  beginOf,
  inOrder,
  type ListedSegment,
  numberAtZero,
  oldestOf,
  type Run,
  runsOf,
  secondsOf,
  timeOf,
} from './runs.ts';
import { timelineOf, withoutHoles } from './timeline.ts';
import { type Attributes, duration, element } from './xml.ts';

export interface ManifestOptions {
  readonly targets: Targets;
  readonly variants: readonly Variant[];
  /** Oldest first: what the window lists, or the whole of a programme that is over. */
  readonly segments: readonly ListedSegment[];
  /** What the index knows, oldest first: what has left the window changes neither when a period began nor its numbers. */
  readonly indexed?: readonly ListedSegment[];
  /** Nothing will follow. */
  readonly over: boolean;
  readonly uri: Uri;
}

export function manifest(options: ManifestOptions): string {
  return options.over ? whole(options) : live(options);
}

/** Parts that players stay behind, when they may choose. */
const latencyInParts = 6;

function live({ targets, variants: all, segments, indexed = [], uri }: ManifestOptions): string {
  const [part, segment] = [targets.part / 1e6, targets.segment / 1e6];
  const picture = 1000 / Math.max(1, all[0]?.facts.frameRate ?? 0);
  // As playlists do, for each missing number has its entry.
  const told = segments.slice(lastUnbroken(segments));
  const dated = runsOf(told, ({ epoch }, next) => next.epoch === epoch).map((run): DatedRun => {
    const known = oldestOf(indexed, run.first.epoch) ?? run.first;
    const oldest = known.media < run.first.media ? known : run.first;
    return { ...run, start: beginOf(oldest), startNumber: numberAtZero(run, oldest, segment, picture) };
  });
  const runs = inOrder(dated);
  const gstreamer = forGstreamer({ runs, part, segment });
  const periods = runs.flatMap((run, index) => {
    const { epoch } = run.first;
    const begin = { ...gstreamer.period, id: `e${epoch}`, start: duration(run.start) };
    const next = runs[index + 1];
    const attributes =
      next === undefined ? begin : { ...begin, duration: duration(lengthOf(run, next, segment)) };
    const variants = variantsOf(all, epoch, indexed);
    return periodOf({ epoch, variants, attributes, uri, ...addressing(run, targets) });
  });
  const newest = runs.at(-1);
  if (newest !== undefined) {
    const { epoch } = newest.first;
    const variants = variantsOf(all, epoch, indexed);
    periods.push(...ffmpegPeriod({ epoch, variants, template: countingFrom(newest), uri }));
  }
  const attributes = {
    ...gstreamer.root,
    type: 'dynamic',
    availabilityStartTime: '1970-01-01T00:00:00Z',
    publishTime: new Date(Math.round((newest?.last.captured ?? 0) / 1000)).toISOString(),
    minimumUpdatePeriod: duration(segment),
    timeShiftBufferDepth: duration(depthOf(runs)),
    maxSegmentDuration: duration(longestOf(told, segment)),
    minBufferTime: duration(Math.min(3 * part, ffmpegMinBuffer)),
  };
  const latency = { target: latencyInParts * part, min: 3 * part, max: 4 * segment };
  const milliseconds = Object.entries(latency).map(([name, value]) => [name, (value * 1000).toFixed(0)]);
  const service = [
    ...element('Latency', Object.fromEntries(milliseconds)),
    ...element('PlaybackRate', { min: 0.96, max: 1.04 }),
  ];
  // Relative, for whoever stands before this server may have put it into a folder.
  const clock = { schemeIdUri: 'urn:mpeg:dash:utc:http-xsdate:2014', value: '../../api/time?format=iso' };
  return documentOf(attributes, [
    ...element('ServiceDescription', { id: 0 }, service),
    ...periods,
    ...element('UTCTiming', clock),
  ]);
}

interface DatedRun extends Run {
  /** When its media time was 0: seconds since the epoch of Unix. */
  readonly start: number;
  /** Undefined: players have to be told of each segment. */
  readonly startNumber: number | undefined;
}

/** How players find the segments of a run: by the clock, also those that grow, or each by its own entry. */
function addressing({ segments, first, startNumber }: DatedRun, targets: Targets) {
  if (startNumber === undefined) {
    const closed = segments.filter((each) => each.closed !== false);
    const template = { timescale: first.timescale, startNumber: first.media };
    return { template, timeline: timelineOf(withoutHoles(closed)) };
  }
  const template = {
    timescale: 1_000_000,
    duration: targets.segment,
    startNumber,
    availabilityTimeOffset: ((targets.segment - targets.part) / 1e6).toFixed(6),
    availabilityTimeComplete: 'false',
  };
  return { template };
}

/** Seconds of a run that another one follows: whoever is told more asks for segments that never come. */
function lengthOf({ last, start, startNumber }: DatedRun, next: DatedRun, target: number): number {
  // Counted by the clock, a moment more would be one more segment.
  const counted = startNumber === undefined ? Infinity : (last.media + 1 - startNumber) * target;
  return Math.max(0, Math.min(timeOf(last) + secondsOf(last), counted, next.start - start));
}

/** Seconds that the longest segment lasts, the target at least. Of a recording there are more than a call takes arguments. */
export function longestOf(segments: readonly ListedSegment[], target: number): number {
  return segments.reduce((longest, segment) => Math.max(longest, secondsOf(segment)), target);
}

/** Seconds from the begin of the oldest segment to the end of the newest one, pauses of the publisher included. */
function depthOf(runs: readonly DatedRun[]): number {
  const [oldest, newest] = [runs[0], runs.at(-1)];
  if (oldest === undefined || newest === undefined) return 0;
  return newest.start + timeOf(newest.last) + secondsOf(newest.last) - oldest.start - timeOf(oldest.first);
}

function whole({ targets, variants: all, segments, uri }: ManifestOptions): string {
  const runs = runsOf(
    segments.filter(({ gap }) => !gap),
    ({ epoch, media }, next) => next.epoch === epoch && next.media === media + 1,
  );
  const periods = runs.map((run) => {
    const { timescale, time, media, epoch } = run.first;
    const lasts = run.segments.reduce((sum, segment) => sum + secondsOf(segment), 0);
    const template = { timescale, presentationTimeOffset: time, startNumber: media };
    const variants = variantsOf(all, epoch, segments);
    return { epoch, media, lasts, variants, template, timeline: timelineOf(run.segments), uri };
  });
  const total = periods.reduce((sum, { lasts }) => sum + lasts, 0);
  const longest = periods.toSorted((a, b) => b.lasts - a.lasts)[0];
  const attributes = {
    type: 'static',
    mediaPresentationDuration: duration(total),
    maxSegmentDuration: duration(longestOf(segments, targets.segment / 1e6)),
    minBufferTime: duration(targets.segment / 1e6),
  };
  return documentOf(attributes, [
    ...periods.flatMap(({ media, lasts, ...options }) =>
      periodOf({ ...options, attributes: { id: `m${media}`, duration: duration(lasts) } }),
    ),
    ...(longest === undefined ? [] : ffmpegPeriod(longest)),
  ]);
}

/** With periods that FFmpeg alone takes for such. */
function documentOf(attributes: Attributes, body: readonly string[]): string {
  return mpd(attributes, body, ffmpegNamespace);
}

export function mpd(attributes: Attributes, body: readonly string[], namespaces: Attributes = {}): string {
  const root = {
    xmlns: 'urn:mpeg:dash:schema:mpd:2011',
    ...namespaces,
    profiles: 'urn:mpeg:dash:profile:isoff-live:2011',
    ...attributes,
  };
  return ['<?xml version="1.0" encoding="UTF-8"?>', ...element('MPD', root, body), ''].join('\n');
}
