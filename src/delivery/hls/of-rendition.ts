/** What lists of one rendition have of the segments that the index knows: an encoder that began anew may have made others than the one before. Pure. */
import type { IndexedSegment } from '../../records/live-index.ts';

export interface OfRendition {
  /** The same array as was given where nothing is missing; else the same one for the same array. */
  readonly segments: readonly IndexedSegment[];
  /** Its name where others have what is a gap here: lines are shared by those alone that have the same. */
  readonly apart: string;
}

/** By the array: it is another one when anything in it has changed. */
const known = new WeakMap<readonly IndexedSegment[], Map<string, OfRendition>>();
const gaps = new WeakMap<IndexedSegment, IndexedSegment>();

/** What the rendition does not have is a gap; before the first that it has nothing is listed. */
export function ofRendition(segments: readonly IndexedSegment[], name: string): OfRendition {
  const byName = known.get(segments) ?? new Map<string, OfRendition>();
  known.set(segments, byName);
  const made = byName.get(name) ?? make(segments, name);
  byName.set(name, made);
  return made;
}

function make(segments: readonly IndexedSegment[], name: string): OfRendition {
  const has = ({ sizes }: IndexedSegment): boolean => Object.hasOwn(sizes, name);
  if (segments.every((segment) => segment.gap || has(segment))) return { segments, apart: '' };
  const first = segments.findIndex(has);
  if (first === -1) return { segments: [], apart: name };
  return {
    segments: segments.slice(first).map((segment) => (has(segment) ? segment : gapOf(segment))),
    apart: name,
  };
}

function gapOf(segment: IndexedSegment): IndexedSegment {
  if (segment.gap) return segment;
  const gap = gaps.get(segment) ?? { ...segment, gap: true };
  gaps.set(segment, gap);
  return gap;
}
