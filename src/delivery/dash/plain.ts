/**
 * The manifest for whoever reads files and nothing else: whole segments, each with its entry, and the clock of whoever serves the file. A
 * period has what follows one another of one epoch: nobody is to ask for gaps, and within a period each number needs its entry. Pure text.
 */
import type { Targets } from '../../records/live-record.ts';
import { ffmpegNamespace, ffmpegPeriod, nothingForFfmpeg } from './ffmpeg.ts';
import { forGstreamer } from './gstreamer.ts';
import { longestOf, mpd } from './manifest.ts';
import { periodOf, type Variant } from './period.ts';
import { inOrder, type ListedSegment, type Run, runsOf, secondsOf, timeOf } from './runs.ts';
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
  /** Rising media sequence numbers without a hole, all closed; what nobody has is a gap. Those before the first that is listed tell when periods began. */
  readonly segments: readonly ListedSegment[];
  /** The first media sequence number that is listed while more may follow. Default: of all. */
  readonly first?: number | undefined;
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

function growing({ targets, segments, first = 0, epochOf, name }: PlainManifestOptions): string {
  const segment = targets.segment / 1e6;
  const runs = inOrder(datedRuns(segments, first, epochOf));
  const gstreamer = forGstreamer({ runs, part: 0, segment });
  const periods = runs.flatMap((run, index) => {
    const { epoch, timescale, media } = run.first;
    const next = runs[index + 1];
    const lasts = timeOf(run.last) + secondsOf(run.last) - run.offset / timescale;
    const attributes = {
      ...gstreamer.period,
      id: run.id,
      start: duration(run.start),
      // Another one follows: whoever is told more asks for segments that never come.
      ...(next && { duration: duration(Math.max(0, Math.min(lasts, next.start - run.start))) }),
    };
    const offset = run.offset === 0 ? {} : { presentationTimeOffset: run.offset };
    const template = { timescale, ...offset, startNumber: media };
    const { variants } = epochOf(epoch);
    return periodOf({ epoch, variants, attributes, template, timeline: timelineOf(run.segments), uri });
  });
  const newest = segments.at(-1);
  const attributes = {
    ...gstreamer.root,
    type: 'dynamic',
    availabilityStartTime: '1970-01-01T00:00:00Z',
    publishTime: new Date(Math.round((newest?.captured ?? 0) / 1000)).toISOString(),
    minimumUpdatePeriod: duration(segment),
    timeShiftBufferDepth: duration(depthOf(runs)),
    suggestedPresentationDelay: duration(behind * segment),
    maxSegmentDuration: duration(longestOf(segments, segment)),
    minBufferTime: duration(segment),
  };
  // The time by which a file server dates its answers: of all clocks there the only one.
  const clock = { schemeIdUri: 'urn:mpeg:dash:utc:http-head:2014', value: name };
  return mpd(attributes, [...periods, ...nothingForFfmpeg(), ...element('UTCTiming', clock)]);
}

interface DatedRun extends Run {
  readonly id: string;
  /** Seconds since the epoch of Unix, and ticks of media time at that. */
  readonly start: number;
  readonly offset: number;
}

/** What is listed of each run. An epoch's first begins when its media time was 0, so that nothing changes when its beginning is listed no more. */
function datedRuns(
  segments: readonly ListedSegment[],
  first: number,
  epochOf: PlainManifestOptions['epochOf'],
): DatedRun[] {
  let epoch: number | undefined;
  return wholeRuns(segments).flatMap((run): DatedRun[] => {
    const isFirst = run.first.epoch !== epoch;
    epoch = run.first.epoch;
    const { start } = epochOf(epoch);
    const begin = isFirst
      ? { id: `e${epoch}`, start, offset: 0 }
      : { id: `m${run.first.media}`, start: start + timeOf(run.first), offset: run.first.time };
    const told = run.segments.filter(({ media }) => media >= first);
    return told.length === 0 ? [] : [{ ...begin, segments: told, first: told[0]!, last: told.at(-1)! }];
  });
}

function wholeRuns(segments: readonly ListedSegment[]): Run[] {
  return runsOf(
    segments.filter(({ gap }) => !gap),
    ({ epoch, media }, next) => next.epoch === epoch && next.media === media + 1,
  );
}

/** Segments that players stay behind, as by HLS. */
const behind = 3;

/** Seconds from the begin of the oldest segment to the end of the newest one, pauses of the publisher included. */
function depthOf(runs: readonly DatedRun[]): number {
  const [oldest, newest] = [runs[0], runs.at(-1)];
  if (oldest === undefined || newest === undefined) return 0;
  return whenIs(newest, newest.last) + secondsOf(newest.last) - whenIs(oldest, oldest.first);
}

function whenIs({ start, offset }: DatedRun, segment: ListedSegment): number {
  return start + (segment.time - offset) / segment.timescale;
}

function whole({ targets, segments, epochOf }: PlainManifestOptions): string {
  const runs = wholeRuns(segments);
  let total = 0;
  const optionsOf = ({ first, segments: own }: Run) => ({
    epoch: first.epoch,
    variants: epochOf(first.epoch).variants,
    template: { timescale: first.timescale, presentationTimeOffset: first.time, startNumber: first.media },
    timeline: timelineOf(own),
    uri,
  });
  const periods = runs.flatMap((run) => {
    const lasts = lengthOf(run);
    total += lasts;
    const attributes = { id: `m${run.first.media}`, duration: duration(lasts) };
    return periodOf({ ...optionsOf(run), attributes });
  });
  const longest = longestRun(segments);
  if (longest !== undefined) periods.push(...ffmpegPeriod({ ...optionsOf(longest), areWhole: true }));
  const attributes = {
    type: 'static',
    mediaPresentationDuration: duration(total),
    maxSegmentDuration: duration(longestOf(segments, targets.segment / 1e6)),
    minBufferTime: duration(targets.segment / 1e6),
  };
  return mpd(attributes, periods, ffmpegNamespace);
}

/** What FFmpeg plays of a programme that is over: one period, the longest. Undefined where there are gaps alone. */
export function longestRun(segments: readonly ListedSegment[]): Run | undefined {
  return wholeRuns(segments).toSorted((a, b) => lengthOf(b) - lengthOf(a))[0];
}

function lengthOf({ segments }: Run): number {
  return segments.reduce((sum, one) => sum + secondsOf(one), 0);
}
