/** What HTTP asks of the pure functions that write playlists: the seam to `hls/` and `dash/`. */
import type { IndexedSegment } from '../../records/live-index.ts';
import type { RenditionFacts, Targets } from '../../records/live-record.ts';
import type { Archive, LiveStream, Rendition } from '../contract.ts';

/** What a request for a media playlist must do (RFC 8216bis, 6.2.5.2). */
export type Judgement =
  | { readonly type: 'now' }
  /** Until the rendition's edge is behind this part. */
  | { readonly type: 'wait'; readonly isReady: (rendition: Rendition) => boolean }
  | { readonly type: 'refuse'; readonly reason: string };

/** How a playlist is asked for. */
export interface Wish {
  /** A delta update, where that is possible. */
  readonly skip: boolean;
  /** Begin at this media sequence number. */
  readonly from?: number | undefined;
  /** Makes the URI that stands in the text of one of ours: with the viewer's token. */
  readonly uri: (uri: string) => string;
}

/** A rendition as it is announced. */
export interface Announced {
  readonly name: string;
  readonly facts: RenditionFacts;
}

export interface Texts {
  judge(query: URLSearchParams, live: LiveStream, rendition: Rendition): Judgement;
  /** The playlist of a rendition that is live, or was: its window. */
  media(live: LiveStream, rendition: Rendition, archive: Archive, wish: Wish): string;
  /** The whole of a programme that is over. */
  vod(segments: readonly IndexedSegment[], rendition: string, targets: Targets, wish: Wish): string;
  /** `over`: of a programme that is over. */
  multivariant(renditions: readonly Announced[], over: boolean, wish: Wish): string;
  manifest(live: LiveStream, wish: Wish): string;
}
