/** Where a part or a segment stands in the window. Pure; from the newest on, for that is what is asked for. */
import type { LiveStream, Part, Rendition, Segment } from '../contract.ts';

export function findPart({ segments }: Rendition, epoch: number, ordinal: number): Part | undefined {
  for (let at = segments.length - 1; at >= 0; at -= 1) {
    const segment = segments[at]!;
    if (segment.epoch < epoch) return undefined;
    if (segment.epoch !== epoch || segment.ordinal > ordinal) continue;
    return segment.parts[ordinal - segment.ordinal];
  }
  return undefined;
}

export function findSegment({ segments }: Rendition, epoch: number, media: number): Segment | undefined {
  for (let at = segments.length - 1; at >= 0; at -= 1) {
    const segment = segments[at]!;
    if (segment.media === media) return segment.epoch === epoch ? segment : undefined;
    if (segment.media < media) return undefined;
  }
  return undefined;
}

/** The part that comes next: a request for it waits. */
export function isHinted(
  { ended, epoch: newest }: LiveStream,
  { edge }: Rendition,
  epoch: number,
  ordinal: number,
): boolean {
  return !ended && epoch === newest && edge.epoch === epoch && edge.ordinal === ordinal;
}

/** The segment that grows, or that begins with the next part. Its request is answered while it grows. */
export function isComing(
  { ended, epoch: present }: LiveStream,
  { edge, segments }: Rendition,
  epoch: number,
  media: number,
): boolean {
  if (ended || epoch !== present || edge.epoch !== epoch) return false;
  const last = segments.at(-1);
  const newest = last === undefined || last.closed ? edge.media : last.media;
  return media === newest || media === newest + 1;
}

/**
 * A segment that never came and never will, though players who count segments by the clock (DASH) ask for it: a gap, or one behind the
 * last of an encoder in whose place another one has come.
 */
export function neverCame(live: LiveStream, rendition: Rendition, epoch: number, media: number): boolean {
  if (findSegment(rendition, epoch, media)?.gap === true) return true;
  const last = rendition.segments.findLast((segment) => segment.epoch === epoch);
  return last !== undefined && media > last.media && hasSuccessor(live, epoch);
}

/** An encoder that began anew has shown something, in whichever rendition: the next one may have others. */
export function hasSuccessor({ renditions }: LiveStream, epoch: number): boolean {
  return renditions.some(({ segments }) => (segments.at(-1)?.epoch ?? epoch) > epoch);
}
