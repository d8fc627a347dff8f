/** PURE. What of a file is on the topic already, by the pieces that it and its former version were cut into; and what is new. */
import {
  type DeltaParts,
  type PartRange,
  type PartSource,
  rangesLimit,
  sourcesLimit,
} from '../../records/delta-parts.ts';
import { type PieceIndex, pieceBytes, pieceLength } from '../../records/piece-index.ts';
import type { ByteRange } from '../../stores/contract.ts';

/** The version that a file is compared with. */
export interface DeltaBase {
  readonly base: DeltaParts['base'];
  readonly index: PieceIndex;
  /** The upload whose own chunks it has, wherever no range says otherwise. */
  readonly own: PartSource;
  /** Where it was sent as a delta itself: of what else it is made. */
  readonly parts?: Pick<DeltaParts, 'sources' | 'ranges'>;
}

export interface DeltaPlan {
  readonly parts: DeltaParts;
  /** What is to be sent, in order. */
  readonly fresh: readonly ByteRange[];
}

/** A file of which less than this part was sent before goes whole: it is what the next versions are made of. */
const leastReused = 1 / 4;

/** Undefined where the file is better sent whole. `size`: bytes of the file that was cut into `pieces`, by what the base was cut by. */
export function planDelta(from: DeltaBase, pieces: Uint8Array, size: number): DeltaPlan | undefined {
  const matched = matchPieces(from.index.pieces, pieces);
  const reused = matched.reduce((sum, { length }) => sum + length, 0);
  if (reused === 0 || reused < size * leastReused) return undefined;
  const parts = partsOf(from, matched);
  if (parts === undefined) return undefined;
  const fresh: ByteRange[] = [];
  let end = 0;
  for (const { offset, length } of parts.ranges) {
    if (end < offset) fresh.push([end, offset]);
    end = offset + length;
  }
  if (end < size) fresh.push([end, size]);
  return { parts, fresh };
}

type Matched = Pick<PartRange, 'offset' | 'length' | 'at'>;

/** Ranges of the one file that are in the other, as long as possible. */
function matchPieces(base: Uint8Array, pieces: Uint8Array): Matched[] {
  const [old, now] = [viewOf(base), viewOf(pieces)];
  const known = new Map<string, { readonly entry: number; readonly at: number }>();
  let end = 0;
  for (let entry = 0; entry < base.length; entry += pieceBytes) {
    const key = keyOf(old, entry);
    if (!known.has(key)) known.set(key, { entry, at: end });
    end += pieceLength(base, entry);
  }
  const found: Matched[] = [];
  let [offset, next, at] = [0, -1, 0];
  for (let entry = 0; entry < pieces.length; entry += pieceBytes) {
    const length = pieceLength(pieces, entry);
    const key = keyOf(now, entry);
    // What goes on where the last one ended is one range with it, however often such a piece stands there.
    const goesOn = next !== -1 && next < base.length && keyOf(old, next) === key;
    const match = goesOn ? { entry: next, at } : known.get(key);
    if (match !== undefined) {
      const last = found.at(-1);
      if (goesOn && last !== undefined) found[found.length - 1] = { ...last, length: last.length + length };
      else found.push({ offset, length, at: match.at });
      at = match.at + length;
    }
    next = match === undefined ? -1 : match.entry + pieceBytes;
    offset += length;
  }
  return found;
}

function viewOf(pieces: Uint8Array): Buffer {
  return Buffer.from(pieces.buffer, pieces.byteOffset, pieces.length);
}

function keyOf(pieces: Buffer, entry: number): string {
  return pieces.toString('latin1', entry, entry + pieceBytes);
}

/** Says of each range which upload's chunks have it: readers are to follow no chain. */
function partsOf({ base, own, parts }: DeltaBase, matched: readonly Matched[]): DeltaParts | undefined {
  const segments = segmentsOf(own, base.size, parts);
  const sources: PartSource[] = [];
  const ranges: PartRange[] = [];
  for (const { offset, length, at } of matched) {
    for (let index = segmentAt(segments, at); index < segments.length; index++) {
      const segment = segments[index]!;
      const start = Math.max(at, segment.start);
      const end = Math.min(at + length, segment.end);
      if (start >= end) break;
      const known = sources.indexOf(segment.source);
      const source = known === -1 ? sources.push(segment.source) - 1 : known;
      const from = segment.from + (start - segment.start);
      ranges.push({ offset: offset + (start - at), length: end - start, at: start, source, from });
    }
    if (ranges.length > rangesLimit || sources.length > sourcesLimit) return undefined;
  }
  return { base, sources, ranges };
}

/** Bytes `[start, end)` of a file, which are those of `source` from `from` on. */
interface Segment {
  readonly start: number;
  readonly end: number;
  readonly source: PartSource;
  readonly from: number;
}

/** All of a file, without a hole. */
function segmentsOf(own: PartSource, size: number, parts: DeltaBase['parts']): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  for (const { offset, length, source, from } of parts?.ranges ?? []) {
    if (at < offset) segments.push({ start: at, end: offset, source: own, from: at });
    at = offset + length;
    segments.push({ start: offset, end: at, source: parts!.sources[source]!, from });
  }
  if (at < size) segments.push({ start: at, end: size, source: own, from: at });
  return segments;
}

function segmentAt(segments: readonly Segment[], at: number): number {
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle]!.end <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
