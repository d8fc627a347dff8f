/**
 * The manifest of DASH (ISO/IEC 23009-1, and DASH-IF's low-latency modes). Each epoch is a period of its own; picture and sound stand
 * together in one representation, as they stand in our segments. Pure text.
 */
import type { RenditionFacts, Targets } from '../../records/live-record.ts';
import type { Segment } from '../contract.ts';

/** What of a segment matters here; those of the window and of the archive have it. */
export type ListedSegment = Pick<
  Segment,
  'epoch' | 'media' | 'gap' | 'timescale' | 'time' | 'duration' | 'captured'
>;

export interface ManifestOptions {
  readonly targets: Targets;
  readonly variants: readonly { readonly name: string; readonly facts: RenditionFacts }[];
  /** Oldest first: what the window lists, or the whole of a programme that is over. */
  readonly segments: readonly ListedSegment[];
  /** Nothing will follow. */
  readonly over: boolean;
  readonly uri: (uri: string) => string;
}

/** Segments that follow one another without a hole, of one encoder. */
interface Run {
  readonly segments: readonly ListedSegment[];
  readonly first: ListedSegment;
  readonly last: ListedSegment;
}

export function manifest(options: ManifestOptions): string {
  return options.over ? whole(options) : live(options);
}

/** Parts that players stay behind, when they may choose. */
const latencyInParts = 6;

function live({ targets, variants, segments, uri }: ManifestOptions): string {
  const runs = runsOf(segments, ({ epoch }, next) => next.epoch === epoch);
  const depth = segments.reduce((sum, segment) => sum + secondsOf(segment), 0);
  const newest = segments.at(-1)?.captured ?? 0;
  const target = (latencyInParts * targets.part) / 1000;
  const periods = runs.map((run, index) => {
    const start = beginOf(run);
    const next = runs[index + 1];
    const ends = next === undefined ? '' : ` duration="${duration(Math.max(0, beginOf(next) - start))}"`;
    // The number of the segment at time 0: the same for as long as the epoch lasts, whatever has left the window.
    const startNumber = run.first.media - Math.round((timeOf(run.first) * 1e6) / targets.segment);
    const template = templateOf(run.first.epoch, {
      timescale: 1_000_000,
      duration: targets.segment,
      startNumber,
      availabilityTimeOffset: ((targets.segment - targets.part) / 1e6).toFixed(6),
      availabilityTimeComplete: 'false',
    });
    return periodOf(`e${run.first.epoch}`, ` start="${duration(start)}"${ends}`, variants, template, uri);
  });
  const attributes = [
    'type="dynamic"',
    'availabilityStartTime="1970-01-01T00:00:00Z"',
    `publishTime="${new Date(Math.round(newest / 1000)).toISOString()}"`,
    `minimumUpdatePeriod="${duration(targets.segment / 1e6)}"`,
    `timeShiftBufferDepth="${duration(depth)}"`,
    `maxSegmentDuration="${duration(targets.segment / 1e6)}"`,
    `minBufferTime="${duration((3 * targets.part) / 1e6)}"`,
  ];
  return document(attributes, [
    '  <ServiceDescription id="0">',
    `    <Latency target="${target.toFixed(0)}" min="${((3 * targets.part) / 1000).toFixed(0)}" max="${((4 * targets.segment) / 1000).toFixed(0)}"/>`,
    '    <PlaybackRate min="0.96" max="1.04"/>',
    '  </ServiceDescription>',
    ...periods,
    '  <UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-xsdate:2014" value="/api/time?format=iso"/>',
  ]);
}

function whole({ targets, variants, segments, uri }: ManifestOptions): string {
  const runs = runsOf(
    segments.filter(({ gap }) => !gap),
    ({ epoch, media }, next) => next.epoch === epoch && next.media === media + 1,
  );
  const periods = runs.map(({ segments: listed, first }) => {
    const lasts = listed.reduce((sum, segment) => sum + secondsOf(segment), 0);
    const numbers = {
      timescale: first.timescale,
      presentationTimeOffset: first.time,
      startNumber: first.media,
    };
    const template = templateOf(first.epoch, numbers, timelineOf(listed));
    return periodOf(`m${first.media}`, ` duration="${duration(lasts)}"`, variants, template, uri);
  });
  const total = segments.reduce((sum, segment) => sum + (segment.gap ? 0 : secondsOf(segment)), 0);
  const attributes = [
    'type="static"',
    `mediaPresentationDuration="${duration(total)}"`,
    `maxSegmentDuration="${duration(targets.segment / 1e6)}"`,
    `minBufferTime="${duration(targets.segment / 1e6)}"`,
  ];
  return document(attributes, periods);
}

function document(attributes: readonly string[], body: readonly string[]): string {
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011"',
    `  ${attributes.join('\n  ')}>`,
    ...body,
    '</MPD>',
  ].join('\n')}\n`;
}

type Template = (rendition: string, uri: ManifestOptions['uri']) => string[];

function templateOf(
  epoch: number,
  numbers: Readonly<Record<string, number | string>>,
  timeline: readonly string[] = [],
): Template {
  const attributes = Object.entries(numbers).map(([name, value]) => `${name}="${value}"`);
  return (rendition, uri) => {
    const initialization = escaped(uri(`${rendition}/init-${epoch}.mp4`));
    const media = escaped(uri(`${rendition}/seg-${epoch}-$Number$.m4s`));
    const open = `        <SegmentTemplate ${attributes.join(' ')} initialization="${initialization}" media="${media}"`;
    return timeline.length === 0 ? [`${open}/>`] : [`${open}>`, ...timeline, '        </SegmentTemplate>'];
  };
}

function periodOf(
  id: string,
  attributes: string,
  variants: ManifestOptions['variants'],
  template: Template,
  uri: ManifestOptions['uri'],
): string {
  const representations = variants.map(({ name, facts }) => {
    const { codecs, bandwidth, width, height, frameRate } = facts;
    const picture =
      width > 0 ? ` width="${width}" height="${height}" frameRate="${frameRate}/1000" sar="1:1"` : '';
    return [
      `      <Representation id="${name}" codecs="${codecs}" bandwidth="${bandwidth}"${picture}>`,
      ...template(name, uri),
      '      </Representation>',
    ].join('\n');
  });
  const type = variants.some(({ facts }) => facts.width > 0) ? 'video' : 'audio';
  return [
    `  <Period id="${id}"${attributes}>`,
    `    <AdaptationSet contentType="${type}" mimeType="${type}/mp4" segmentAlignment="true" startWithSAP="1">`,
    ...representations,
    '    </AdaptationSet>',
    '  </Period>',
  ].join('\n');
}

/** Neighbours of the same length are counted, not listed. */
function timelineOf(segments: readonly ListedSegment[]): string[] {
  const lines: string[] = ['          <SegmentTimeline>'];
  for (let index = 0; index < segments.length; ) {
    const first = segments[index]!;
    let repeated = 0;
    for (let next = index + 1; next < segments.length; next += 1) {
      const { time, duration: lasts } = segments[next]!;
      if (lasts !== first.duration || time !== first.time + (repeated + 1) * first.duration) break;
      repeated += 1;
    }
    const count = repeated === 0 ? '' : ` r="${repeated}"`;
    lines.push(`            <S t="${first.time}" d="${first.duration}"${count}/>`);
    index += repeated + 1;
  }
  return [...lines, '          </SegmentTimeline>'];
}

function runsOf(
  segments: readonly ListedSegment[],
  goesOn: (segment: ListedSegment, next: ListedSegment) => boolean,
): Run[] {
  const runs: ListedSegment[][] = [];
  for (const segment of segments) {
    const run = runs.at(-1);
    if (run !== undefined && goesOn(run.at(-1)!, segment)) run.push(segment);
    else runs.push([segment]);
  }
  return runs.map((run) => ({ segments: run, first: run[0]!, last: run.at(-1)! }));
}

/** When the epoch's time was 0: seconds since the epoch of Unix, to the millisecond. */
function beginOf({ first }: Run): number {
  return Math.round(first.captured / 1000 - timeOf(first) * 1000) / 1000;
}

function timeOf({ time, timescale }: ListedSegment): number {
  return time / timescale;
}

function secondsOf({ duration: ticks, timescale }: ListedSegment): number {
  return ticks / timescale;
}

/** xs:duration */
function duration(seconds: number): string {
  return `PT${Number(seconds.toFixed(3))}S`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
