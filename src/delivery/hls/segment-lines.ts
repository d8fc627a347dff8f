/**
 * The lines of a segment and of its parts. What will not change is written once: a playlist is made anew at every part, and one that
 * goes back by hours has thousands of segments.
 */
import type { Part, Segment } from '../contract.ts';
import type { Listed } from './line-up.ts';
import { initName, partName, segmentName } from './names.ts';
import * as tag from './tags.ts';

/** Lines about one segment, without the line end of the last. */
export interface SegmentContext {
  readonly before: Listed | undefined;
  /** Of the MAP in force; undefined: none. */
  readonly epoch: number | undefined;
  /** With its parts, where they are known. */
  readonly withParts: boolean;
}

/** In this order: discontinuities, MAP, date, parts, GAP, EXTINF and URI; of a segment that is open without the last two. */
export function pushSegment(
  lines: string[],
  segment: Listed,
  { before, epoch, withParts }: SegmentContext,
): void {
  for (let count = discontinuitiesBefore(segment, before); count > 0; count -= 1)
    lines.push('#EXT-X-DISCONTINUITY');
  // A gap has nothing to load, and its epoch maybe no init.
  if (!segment.gap && segment.epoch !== epoch) lines.push(tag.map(initName(segment.epoch)));
  lines.push(dateLine(segment));
  if (withParts && typeof segment.parts !== 'number')
    for (const part of segment.parts) lines.push(partLine(segment, part));
  if (segment.closed !== false) lines.push(closingLines(segment));
}

/**
 * How many EXT-X-DISCONTINUITY stand before a segment, so that counting them gives what the publisher counted; more than one
 * where an encoder began anew twice before anything of it came.
 */
export function discontinuitiesBefore(segment: Listed, before: Listed | undefined): number {
  if (before === undefined) return segment.discontinuity ? 1 : 0;
  return Math.max(0, segment.discontinuities - before.discontinuities);
}

const partLines = new WeakMap<Part, string>();
const segmentLines = new WeakMap<Listed, string>();
const dateLines = new WeakMap<Listed, string>();

/** Of all lines the dearest to write. */
function dateLine(segment: Listed): string {
  let line = dateLines.get(segment);
  if (line === undefined) {
    line = tag.programDateTime(segment.captured);
    dateLines.set(segment, line);
  }
  return line;
}

function partLine({ epoch, timescale }: Pick<Segment, 'epoch' | 'timescale'>, part: Part): string {
  let line = partLines.get(part);
  if (line === undefined) {
    const { ordinal, duration, independent } = part;
    line = tag.part({ uri: partName(epoch, ordinal), duration: duration / timescale, independent });
    partLines.set(part, line);
  }
  return line;
}

function closingLines(segment: Listed): string {
  let lines = segmentLines.get(segment);
  if (lines === undefined) {
    const { epoch, media, gap, duration, timescale } = segment;
    lines = `${gap ? '#EXT-X-GAP\n' : ''}${tag.extinf(duration / timescale)}\n${segmentName(epoch, media)}`;
    segmentLines.set(segment, lines);
  }
  return lines;
}
