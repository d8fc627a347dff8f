/** What a request for a media playlist asks to wait for: RFC 8216bis, 6.2.5.2. Pure. */
import type { LiveStream, Rendition } from '../contract.ts';
import { advancePartLimit } from './timing.ts';

/** `wait`: until `isReady` of the rendition as it stands then. */
export type Judgement =
  | { readonly type: 'now' }
  | { readonly type: 'wait'; readonly isReady: (rendition: Rendition) => boolean }
  | { readonly type: 'refuse'; readonly reason: string };

/** No playlist is that far ahead (6.2.5.2: "greater than the Media Sequence Number of the last Media Segment plus two"). */
const furthestAhead = 2;

const now: Judgement = { type: 'now' };

export function judge(
  query: URLSearchParams,
  { ended, targets }: Pick<LiveStream, 'ended' | 'targets'>,
  rendition: Rendition,
): Judgement {
  const media = directive(query, '_HLS_msn');
  const part = directive(query, '_HLS_part');
  if (media === 'bad' || part === 'bad') return refuse('_HLS_msn and _HLS_part are whole numbers');
  if (media === undefined) return part === undefined ? now : refuse('_HLS_part needs _HLS_msn');
  // Nothing will come any more: the directives are without meaning.
  if (ended) return now;
  const { edge } = rendition;
  const last = edge.part === 0 ? edge.media - 1 : edge.media;
  if (media > last + furthestAhead) {
    return refuse(`segment ${media} is too far ahead: the last one is ${last}`);
  }
  const listed = media === edge.media ? edge.part - 1 : 0;
  if (part !== undefined && media >= edge.media && part > listed + advancePartLimit(targets)) {
    return refuse(`part ${part} of segment ${media} is too far ahead`);
  }
  const isReady = (state: Rendition): boolean => has(state, media, part);
  return isReady(rendition) ? now : { type: 'wait', isReady };
}

/** Undefined: not given. */
function directive(query: URLSearchParams, name: string): number | 'bad' | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : 'bad';
}

/** Whether the playlist has the part, or without one the whole segment. */
function has({ edge, segments }: Rendition, media: number, part: number | undefined): boolean {
  if (edge.media < media) return false;
  if (edge.media === media) return part !== undefined && edge.part > part;
  if (part === undefined) return true;
  const segment = segments.findLast((each) => each.media === media);
  if (segment === undefined || segment.gap || part < segment.parts.length) return true;
  // Past the end of a segment: the first part of the next one is meant.
  return edge.media > media + 1 || edge.part > 0;
}

function refuse(reason: string): Judgement {
  return { type: 'refuse', reason };
}
