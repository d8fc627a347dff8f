/** Where a part or a segment stands in the window. Pure; from the newest on, for that is what is asked for. */
import type { LiveStream, Part, Rendition, Segment } from '../contract.ts';
import { advancePartLimit } from '../hls/timing.ts';

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

/**
 * A part that is about to come, so that a request for it waits: the next one, and those behind it that a playlist may be asked to wait for.
 * Another server of the topic that has read a record more hints one of these, and who reads playlists there may ask for it here.
 */
export function isAwaited(live: LiveStream, { edge }: Rendition, epoch: number, ordinal: number): boolean {
  const first = edge.epoch === epoch ? edge.ordinal : 0;
  const isNear = ordinal >= first && ordinal < first + advancePartLimit(live.targets);
  return isNear && (isNextEpoch(live, epoch) || (!live.ended && epoch === live.epoch));
}

/** The init of an encoder that began anew: this server has not read it, and another one may have. */
export function isInitAwaited(live: LiveStream, { edge }: Rendition, epoch: number): boolean {
  return edge.epoch < epoch && (isNextEpoch(live, epoch) || (!live.ended && epoch === live.epoch));
}

function isNextEpoch(live: LiveStream, epoch: number): boolean {
  return epoch === live.epoch + 1;
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
