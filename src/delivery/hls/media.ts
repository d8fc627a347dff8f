/** Media playlists: of what is live, of what was from some segment on, and of a whole programme. Pure text, in pieces. */
import type { IndexedSegment } from '../../records/live-index.ts';
import type { Targets } from '../../records/live-record.ts';
import type { LiveStream, Rendition } from '../contract.ts';
import { indexOf, type LineUp, type Listed, lineUp, newestEpoch, withoutHoles } from './line-up.ts';
import { partName, type Uri } from './names.ts';
import { olderLines } from './older-lines.ts';
import { type Pieces, withUri } from './pieces.ts';
import { discontinuitiesBefore, pushSegment } from './segment-lines.ts';
import * as tag from './tags.ts';
import { type PlaylistTiming, timingOf } from './timing.ts';

export interface LivePlaylistOptions {
  readonly stream: Pick<LiveStream, 'targets' | 'epoch' | 'ended' | 'renditions'>;
  readonly rendition: Rendition;
  /** Microseconds that are listed at least. */
  readonly listed: number;
  /** Begin with this media sequence number, and go on to the live edge. */
  readonly from?: number | undefined;
  /** All that the archive has, the same array until something has changed. */
  readonly archived?: readonly IndexedSegment[] | undefined;
  readonly apart?: string | undefined;
  /** A delta update, if there is anything to leave out (RFC 8216bis, 6.2.5.1). */
  readonly skip: boolean;
  readonly uri: Uri;
}

/** The playlist of a rendition that is live, or was until a moment ago. */
export function livePlaylist({ stream, rendition, uri, skip, ...choice }: LivePlaylistOptions): Pieces {
  const timing = timingOf(stream.targets);
  const target = stream.targets.segment;
  const line = lineUp({ rendition, target, recent: timing.skipUntil * 1e6, ...choice });
  const { older, segments } = line;
  const first = older.known[older.from] ?? segments[0];
  const begins = beginnings(segments);
  const end = begins[segments.length]!;
  const skipped = skip ? skippable(line, begins, end - timing.skipUntil) : undefined;
  const lines = head(timing);
  lines.push(tag.serverControl(timing), tag.partInf(timing.partTarget));
  lines.push(...numbers(first, rendition.edge.media));
  const start = first === segments[0] ? startAt(segments, begins, choice.from, end - timing.holdBack) : 0;
  if (start !== undefined) lines.push(tag.start(start));
  if (skipped !== undefined) lines.push(tag.skip(skipped.count));
  const blocks = skipped === undefined ? olderLines(older, target) : [];
  const tail = blocks.length === 0 ? lines : [];
  const partsFrom = end - timing.partsListed - tiny;
  // Where a hint stands alone, it is the beginning of one more segment.
  const isAlone = !stream.ended && segments.at(-1)?.closed !== false;
  const newest = segments.length + (isAlone ? 1 : 0) - segmentsWithParts;
  pushSegments(tail, segments, {
    first: skipped?.recent ?? 0,
    before: older.known[older.to - 1],
    epoch: blocks.length === 0 ? undefined : newestEpoch(older),
    hasParts: (index) => index >= newest && begins[index]! >= partsFrom,
  });
  const { edge } = rendition;
  if (stream.ended) tail.push('#EXT-X-ENDLIST');
  // A newer encoder has begun, and has not begun this rendition: the part that would have followed will never come.
  else if (edge.epoch === stream.epoch) tail.push(tag.preloadHint(partName(edge.epoch, edge.ordinal)));
  const reports = stream.ended ? [] : reportsOf(stream.renditions, rendition, choice.from, uri);
  const text = [withUri(tail.join('\n'), uri), ...reports, ''].join('\n');
  return blocks.length === 0 ? [text] : [`${lines.join('\n')}\n`, ...blocks, text];
}

export interface VodOptions {
  readonly segments: readonly IndexedSegment[];
  readonly apart?: string;
  readonly targets: Targets;
  /** Players begin with this media sequence number. */
  readonly from?: number | undefined;
}

/** A programme that is over, from its first segment to its last. */
export function vodPlaylist({ segments, apart = '', targets, from }: VodOptions): Pieces {
  const timing = timingOf(targets);
  const { known, begins } = wholeOf(segments, targets.segment);
  const lines = head(timing);
  lines.push('#EXT-X-PLAYLIST-TYPE:VOD', ...numbers(known[0], 0));
  const start = startAt(known, begins, from, Number.POSITIVE_INFINITY);
  if (start !== undefined) lines.push(tag.start(start));
  const blocks = olderLines({ known, from: 0, to: known.length, apart }, targets.segment);
  return [`${lines.join('\n')}\n`, ...blocks, '#EXT-X-ENDLIST\n'];
}

interface Whole {
  readonly known: readonly Listed[];
  readonly begins: readonly number[];
}

/** By the array: it is another one when anything in it has changed. */
const wholes = new WeakMap<readonly Listed[], Whole>();

function wholeOf(segments: readonly Listed[], target: number): Whole {
  let whole = wholes.get(segments);
  if (whole === undefined) {
    const known = withoutHoles(segments, target);
    whole = { known, begins: beginnings(known) };
    wholes.set(segments, whole);
  }
  return whole;
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
export function numbers(first: Listed | undefined, otherwise: number): string[] {
  const discontinuities =
    first === undefined ? 0 : first.discontinuities - discontinuitiesBefore(first, undefined);
  return [
    `#EXT-X-MEDIA-SEQUENCE:${first?.media ?? otherwise}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuities}`,
  ];
}

/** Of a list that has nothing: what comes next stands behind this one. */
export function numbersBehind({
  media,
  discontinuities,
}: Pick<Listed, 'media' | 'discontinuities'>): string[] {
  return [`#EXT-X-MEDIA-SEQUENCE:${media + 1}`, `#EXT-X-DISCONTINUITY-SEQUENCE:${discontinuities}`];
}

interface PushOptions {
  /** Index of the first that is listed. */
  readonly first: number;
  /** What stands before all of them. */
  readonly before: Listed | undefined;
  /** Of the MAP in force there; undefined: none. */
  readonly epoch: number | undefined;
  readonly hasParts: (index: number) => boolean;
}

function pushSegments(lines: string[], segments: readonly Listed[], options: PushOptions): void {
  let { epoch } = options;
  for (let index = options.first; index < segments.length; index += 1) {
    const segment = segments[index]!;
    const before = index === 0 ? options.before : segments[index - 1];
    pushSegment(lines, segment, { before, epoch, withParts: options.hasParts(index) });
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

/** How many segments end before this time of the recent ones, and are left out of a delta update; undefined: none. */
function skippable(
  { older, segments }: LineUp,
  begins: readonly number[],
  boundary: number,
): { readonly count: number; readonly recent: number } | undefined {
  if (boundary + tiny < 0) return undefined;
  let recent = 0;
  while (recent + 1 < begins.length && begins[recent + 1]! <= boundary + tiny) recent += 1;
  // Each number has its line, also where nobody has its segment.
  const before = older.to > older.from ? segments[0]!.media - older.known[older.from]!.media : 0;
  return before + recent > 0 ? { count: before + recent, recent } : undefined;
}

/** Seconds into the playlist where players begin; undefined: where they would by themselves. */
function startAt(
  segments: readonly Listed[],
  begins: readonly number[],
  from: number | undefined,
  latest: number,
): number | undefined {
  if (from === undefined) return undefined;
  const index = indexOf(segments, from);
  // Nearer to the live edge than the hold-back no start may be (4.4.2.2).
  return index < segments.length && begins[index]! <= latest ? begins[index] : undefined;
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
