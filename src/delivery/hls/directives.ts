/** What a request for a media playlist asks to wait for: RFC 8216bis, 6.2.5.2. Pure. */
import type { LiveStream, Rendition } from '../contract.ts';
import { advancePartLimit } from './timing.ts';

/** `wait`: until `isReady` of the rendition as it stands then. */
export type Judgement =
  | { readonly type: 'now' }
  | { readonly type: 'wait'; readonly isReady: (rendition: Rendition) => boolean }
  | { readonly type: 'refuse'; readonly reason: string };

/** "Greater than the Media Sequence Number of the last Media Segment in the current Playlist plus two": refused. */
const furthestAhead = 2;

const now: Judgement = { type: 'now' };

/** To be asked again at every part and at every segment that is closed, until it is ready. */
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
  const next = nextOf(rendition);
  // The last whole segment: what is open is no Media Segment yet.
  const last = next.media - 1;
  if (media > last + furthestAhead)
    return refuse(`segment ${media} is too far ahead: the last one is ${last}`);
  const listed = media === next.media ? next.part - 1 : -1;
  if (part !== undefined && media >= next.media && part > listed + advancePartLimit(targets))
    return refuse(`part ${part} of segment ${media} is too far ahead`);
  const isReady = (state: Rendition): boolean => has(state, media, part);
  return isReady(rendition) ? now : { type: 'wait', isReady };
}

/** Undefined: not given. */
function directive(query: URLSearchParams, name: string): number | 'bad' | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : 'bad';
}

/** The first part that no playlist can list yet. By what is listed, not by what has been begun: so it is the same for all. */
function nextOf({ segments, edge }: Rendition): { readonly media: number; readonly part: number } {
  const last = segments.at(-1);
  if (last === undefined) return { media: edge.media, part: 0 };
  return last.closed ? { media: last.media + 1, part: 0 } : { media: last.media, part: last.parts.length };
}

/** Whether the playlist has the part, or without one the whole segment. */
function has(rendition: Rendition, media: number, part: number | undefined): boolean {
  const next = nextOf(rendition);
  if (next.media < media) return false;
  if (next.media === media) return part !== undefined && next.part > part;
  if (part === undefined) return true;
  const segment = rendition.segments.findLast((each) => each.media === media);
  if (segment === undefined || segment.gap || part < segment.parts.length) return true;
  // "A Part Index greater than that of the final Partial Segment": the first part of the next segment is meant.
  return next.media > media + 1 || next.part > 0;
}

function refuse(reason: string): Judgement {
  return { type: 'refuse', reason };
}
