/** Media playlists: of what is live, of what was from some segment on, and of a whole programme. Pure text. */
import type { IndexedSegment } from '../../records/live-index.ts';
import type { Targets } from '../../records/live-record.ts';
import type { LiveStream, Rendition } from '../contract.ts';
import { type Listed, lineUp, withoutHoles } from './line-up.ts';
import { partName, type Uri } from './names.ts';
import { discontinuitiesBefore, pushSegment } from './segment-lines.ts';
import * as tag from './tags.ts';
import { type PlaylistTiming, timingOf } from './timing.ts';

export interface LivePlaylistOptions {
  readonly stream: Pick<LiveStream, 'targets' | 'ended' | 'renditions'>;
  readonly rendition: Rendition;
  /** Microseconds that are listed at least. */
  readonly listed: number;
  /** Begin with this media sequence number, and go on to the live edge. */
  readonly from?: number | undefined;
  /** What the archive has from there on. */
  readonly older?: readonly IndexedSegment[] | undefined;
  /** A delta update, if there is anything to leave out (RFC 8216bis, 6.2.5.1). */
  readonly skip: boolean;
  readonly uri: Uri;
}

/** The playlist of a rendition that is live, or was until a moment ago. */
export function livePlaylist({ stream, rendition, uri, skip, ...choice }: LivePlaylistOptions): string {
  const timing = timingOf(stream.targets);
  const segments = lineUp({ rendition, target: stream.targets.segment, ...choice });
  const begins = beginnings(segments);
  const end = begins[segments.length]!;
  const skipped = skip ? skippable(begins, end - timing.skipUntil) : 0;
  const lines = head(timing);
  lines.push(tag.serverControl(timing), tag.partInf(timing.partTarget));
  lines.push(...numbers(segments[0], rendition.edge.media));
  const start = startAt(segments, begins, choice.from, end - timing.holdBack);
  if (start !== undefined) lines.push(tag.start(start));
  if (skipped > 0) lines.push(tag.skip(skipped));
  const partsFrom = end - timing.partsListed - tiny;
  // Where a hint stands alone, it is the beginning of one more segment.
  const isAlone = !stream.ended && segments.at(-1)?.closed !== false;
  const newest = segments.length + (isAlone ? 1 : 0) - segmentsWithParts;
  pushSegments(lines, segments, skipped, (index) => index >= newest && begins[index]! >= partsFrom);
  if (stream.ended) lines.push('#EXT-X-ENDLIST');
  else {
    const { epoch, ordinal } = rendition.edge;
    lines.push(tag.preloadHint(partName(epoch, ordinal)));
  }
  const reports = stream.ended ? [] : reportsOf(stream.renditions, rendition, choice.from, uri);
  return [withUri(lines.join('\n'), uri), ...reports, ''].join('\n');
}

export interface VodOptions {
  readonly segments: readonly IndexedSegment[];
  readonly targets: Targets;
  /** Players begin with this media sequence number. */
  readonly from?: number | undefined;
  readonly uri: Uri;
}

/** A programme that is over, from its first segment to its last. */
export function vodPlaylist({ segments: indexed, targets, from, uri }: VodOptions): string {
  const timing = timingOf(targets);
  const segments = withoutHoles(indexed, targets.segment);
  const lines = head(timing);
  lines.push('#EXT-X-PLAYLIST-TYPE:VOD', ...numbers(segments[0], 0));
  const start = startAt(segments, beginnings(segments), from, Number.POSITIVE_INFINITY);
  if (start !== undefined) lines.push(tag.start(start));
  pushSegments(lines, segments, 0, () => false);
  lines.push('#EXT-X-ENDLIST');
  return `${withUri(lines.join('\n'), uri)}\n`;
}

/** However short they are: some readers count segments where RFC 8216bis (4.4.4.9) counts target durations. */
const segmentsWithParts = 3;

/** Seconds that sums of ticks lose, and less than any tick. */
const tiny = 1e-6;

function head({ targetDuration }: PlaylistTiming): string[] {
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:9',
    `#EXT-X-TARGETDURATION:${targetDuration}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ];
}

/** The first segment's own tag is listed, and so not counted (RFC 8216bis, 4.4.3.3). */
function numbers(first: Listed | undefined, otherwise: number): string[] {
  const discontinuities =
    first === undefined ? 0 : first.discontinuities - discontinuitiesBefore(first, undefined);
  return [
    `#EXT-X-MEDIA-SEQUENCE:${first?.media ?? otherwise}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuities}`,
  ];
}

function pushSegments(
  lines: string[],
  segments: readonly Listed[],
  first: number,
  hasParts: (index: number) => boolean,
): void {
  let epoch: number | undefined;
  for (let index = first; index < segments.length; index += 1) {
    const segment = segments[index]!;
    pushSegment(lines, segment, { before: segments[index - 1], epoch, withParts: hasParts(index) });
    if (!segment.gap) epoch = segment.epoch;
  }
}

/** Seconds from the playlist's begin to that of each segment, and to its end. */
function beginnings(segments: readonly Listed[]): readonly number[] {
  const begins = [0];
  let total = 0;
  for (const { duration, timescale } of segments) {
    total += duration / timescale;
    begins.push(total);
  }
  return begins;
}

/** How many segments end before this time, and may be left out of a delta update. */
function skippable(begins: readonly number[], boundary: number): number {
  let count = 0;
  while (count + 1 < begins.length && begins[count + 1]! <= boundary + tiny) count += 1;
  return count;
}

/** Seconds into the playlist where players begin; undefined: where they would by themselves. */
function startAt(
  segments: readonly Listed[],
  begins: readonly number[],
  from: number | undefined,
  latest: number,
): number | undefined {
  if (from === undefined) return undefined;
  const index = segments.findIndex(({ media }) => media >= from);
  // Nearer to the live edge than the hold-back no start may be (4.4.2.2).
  return index >= 0 && begins[index]! <= latest ? begins[index] : undefined;
}

/** Where the others stand, so that who changes to one of them knows what to ask for (4.4.5.4). */
function reportsOf(
  renditions: readonly Rendition[],
  { name: own }: Rendition,
  from: number | undefined,
  uri: Uri,
): string[] {
  const query = from === undefined ? '' : `?from=${from}`;
  return renditions
    .filter(({ name, segments }) => name !== own && segments.length > 0)
    .map(({ name, segments }) => {
      const { media, parts } = segments.at(-1)!;
      // Of a gap: who asks for the part behind this one gets the first of the next segment.
      return tag.renditionReport(uri(`../${name}/live.m3u8${query}`), media, Math.max(0, parts.length - 1));
    });
}

/** All URIs so far are names of media, and nothing else in a playlist ends as they do. */
function withUri(text: string, uri: Uri): string {
  const added = uri('');
  return added === '' ? text : text.replace(/\.(?:m4s|mp4)(?=["\n]|$)/g, (ending) => `${ending}${added}`);
}
