/** Media playlists: of what is live, of what was from some segment on, and of a whole programme. Pure text. */
import type { IndexedSegment } from '../../records/live-index.ts';
import type { Targets } from '../../records/live-record.ts';
import type { LiveStream, Part, Rendition, Segment } from '../contract.ts';
import { firstListed } from '../window/limits.ts';
import * as tag from './tags.ts';
import { type PlaylistTiming, timingOf } from './timing.ts';

/** What of a segment a playlist shows; of the window's and of the archive's the same text comes. */
type Listed = Pick<
  Segment,
  'epoch' | 'media' | 'discontinuity' | 'discontinuities' | 'gap' | 'timescale' | 'duration' | 'captured'
> & {
  readonly closed?: boolean;
  /** In the archive only their number is known; they are listed of the window's alone. */
  readonly parts: readonly Part[] | number;
};

export type Uri = (uri: string) => string;

export interface LivePlaylistOptions {
  readonly stream: Pick<LiveStream, 'targets' | 'ended' | 'renditions'>;
  readonly rendition: Rendition;
  /** Microseconds that are listed at least. */
  readonly listed: number;
  /** Older segments, to list all from the first of them on; undefined: the window. */
  readonly older?: readonly IndexedSegment[] | undefined;
  /** A delta update, if there is anything to leave out. */
  readonly skip: boolean;
  readonly uri: Uri;
}

/** The playlist of a rendition that is live, or was until a moment ago. */
export function livePlaylist(options: LivePlaylistOptions): string {
  const { stream, rendition, uri, skip } = options;
  const timing = timingOf(stream.targets);
  const segments = segmentsOf(options, stream.targets.segment);
  const end = totalSeconds(segments);
  const lines = head(segments, timing);
  lines.push(
    tag.serverControl(timing),
    tag.partInf(timing.partTarget),
    `#EXT-X-MEDIA-SEQUENCE:${segments[0]?.media ?? rendition.edge.media}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence(segments[0])}`,
  );
  let first = 0;
  if (skip) {
    first = firstBehind(segments, end - timing.skipUntil);
    if (first > 0) lines.push(tag.skip(first));
  }
  const partsFrom = end - timing.partsListed - 1e-6;
  let begin = totalSeconds(segments, first);
  let epoch: number | undefined;
  for (let index = first; index < segments.length; index += 1) {
    const segment = segments[index]!;
    const parts = begin >= partsFrom ? partsOf(segment) : undefined;
    epoch = pushSegment(lines, segment, { epoch, parts, uri });
    begin += secondsOf(segment);
  }
  if (stream.ended) lines.push('#EXT-X-ENDLIST');
  else {
    const { edge } = rendition;
    // A MAP before a hint says what the hinted part needs, where the encoder has begun anew and nothing of it is listed yet.
    if (epoch !== edge.epoch && rendition.inits.has(edge.epoch))
      lines.push(tag.map(uri(initName(edge.epoch))));
    lines.push(tag.preloadHint(uri(partName(edge.epoch, edge.ordinal))));
    for (const other of stream.renditions) {
      if (other.name === rendition.name) continue;
      const last = lastPart(other);
      if (last !== undefined) lines.push(tag.renditionReport(uri(`../${other.name}/live.m3u8`), ...last));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** A programme that is over, from its first segment to its last. */
export function vodPlaylist(segments: readonly IndexedSegment[], targets: Targets, uri: Uri): string {
  const lines = head(segments, timingOf(targets));
  lines.push(
    `#EXT-X-MEDIA-SEQUENCE:${segments[0]?.media ?? 0}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuitySequence(segments[0])}`,
    '#EXT-X-PLAYLIST-TYPE:VOD',
  );
  let epoch: number | undefined;
  for (const segment of segments) epoch = pushSegment(lines, segment, { epoch, parts: undefined, uri });
  lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}

export function initName(epoch: number): string {
  return `init-${epoch}.mp4`;
}

export function partName(epoch: number, ordinal: number): string {
  return `part-${epoch}-${ordinal}.m4s`;
}

export function segmentName(epoch: number, media: number): string {
  return `seg-${epoch}-${media}.m4s`;
}

function head(segments: readonly Listed[], { targetDuration }: PlaylistTiming): string[] {
  // A segment that is longer than was promised (a copied stream whose keyframes are late) must still not exceed it: better another promise than a false one.
  const longest = segments.reduce(
    (most, segment) => Math.max(most, Math.round(secondsOf(segment))),
    targetDuration,
  );
  return ['#EXTM3U', '#EXT-X-VERSION:9', `#EXT-X-TARGETDURATION:${longest}`, '#EXT-X-INDEPENDENT-SEGMENTS'];
}

function segmentsOf({ rendition, older, listed }: LivePlaylistOptions, target: number): readonly Listed[] {
  const { segments } = rendition;
  if (older === undefined) return segments.slice(firstListed(segments, target, listed));
  const first = segments[0]?.media ?? Infinity;
  const begin = older[0]?.media ?? 0;
  return [...older.filter(({ media }) => media < first), ...segments.filter(({ media }) => media >= begin)];
}

/** The first segment's own tag is listed, and so not counted (RFC 8216bis, 4.4.3.3). */
function discontinuitySequence(first: Listed | undefined): number {
  return first === undefined ? 0 : first.discontinuities - (first.discontinuity ? 1 : 0);
}

interface Around {
  /** Of the MAP in force. */
  readonly epoch: number | undefined;
  readonly parts: readonly Part[] | undefined;
  readonly uri: Uri;
}

/** Gives the epoch of the MAP in force behind it. */
function pushSegment(lines: string[], segment: Listed, { epoch, parts, uri }: Around): number | undefined {
  const needsMap = !segment.gap && segment.epoch !== epoch;
  if (segment.discontinuity) lines.push('#EXT-X-DISCONTINUITY');
  if (needsMap) lines.push(tag.map(uri(initName(segment.epoch))));
  lines.push(tag.programDateTime(segment.captured));
  for (const { ordinal, duration, independent } of parts ?? []) {
    lines.push(
      tag.part({
        uri: uri(partName(segment.epoch, ordinal)),
        duration: duration / segment.timescale,
        independent,
      }),
    );
  }
  if (segment.closed !== false) {
    if (segment.gap) lines.push('#EXT-X-GAP');
    lines.push(tag.extinf(secondsOf(segment)), uri(segmentName(segment.epoch, segment.media)));
  }
  return needsMap ? segment.epoch : epoch;
}

function partsOf({ parts }: Listed): readonly Part[] | undefined {
  return typeof parts === 'number' ? undefined : parts;
}

function secondsOf({ duration, timescale }: Pick<Segment, 'duration' | 'timescale'>): number {
  return duration / timescale;
}

function totalSeconds(segments: readonly Listed[], end = segments.length): number {
  let total = 0;
  for (let index = 0; index < end; index += 1) total += secondsOf(segments[index]!);
  return total;
}

/** Index of the first segment that ends behind this time; all before it may be left out of a delta update. */
function firstBehind(segments: readonly Listed[], boundary: number): number {
  let ends = 0;
  for (let index = 0; index < segments.length; index += 1) {
    ends += secondsOf(segments[index]!);
    if (ends > boundary + 1e-6) return index;
  }
  return 0;
}

/** Media sequence number and part of the last part that a rendition's playlist lists. */
function lastPart({ segments }: Rendition): [media: number, part: number] | undefined {
  const last = segments.findLast(({ parts }) => parts.length > 0);
  return last === undefined ? undefined : [last.media, last.parts.length - 1];
}
