/** What HTTP asks of the pure functions that write playlists: the seam to `hls/` and `dash/`. */
import type { IndexedSegment } from '../../records/live-index.ts';
import type { RenditionFacts, Targets } from '../../records/live-record.ts';
import type { Archive, LiveStream, Rendition } from '../contract.ts';
import { manifest } from '../dash/manifest.ts';
import { type Judgement, judge } from '../hls/directives.ts';
import { livePlaylist, vodPlaylist } from '../hls/media.ts';
import { multivariantPlaylist } from '../hls/multivariant.ts';
import { type OfRendition, ofRendition } from '../hls/of-rendition.ts';
import type { Pieces } from '../hls/pieces.ts';
import { firstListed } from '../window/limits.ts';

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
  media(live: LiveStream, rendition: Rendition, archive: Archive, wish: Wish): Pieces;
  /** The whole of a programme that is over. */
  vod(listed: OfRendition, targets: Targets, wish: Wish): Pieces;
  /** What lists of a rendition have of these segments; the same for the same array. */
  ofRendition(segments: readonly IndexedSegment[], name: string): OfRendition;
  /** `over`: of a programme that is over. */
  multivariant(renditions: readonly Announced[], over: boolean, wish: Wish): string;
  /** The manifest of DASH of what is live, or was: its window, and when it is over the whole of it. */
  manifest(live: LiveStream, archive: Archive, wish: Wish): string;
  /** The manifest of DASH of a programme that has no window any more. */
  recorded(
    segments: readonly IndexedSegment[],
    renditions: readonly Announced[],
    targets: Targets,
    wish: Wish,
  ): string;
}

/** The texts of `hls/` and `dash/`. `listed`: microseconds that live playlists list at least. */
export function createTexts(listed: number): Texts {
  return {
    judge,
    media(live, rendition, archive, { skip, from, uri }) {
      const own = from === undefined ? undefined : ofRendition(archive.segments(live.name), rendition.name);
      const older = { archived: own?.segments, apart: own?.apart };
      return livePlaylist({ stream: live, rendition, listed, from, ...older, skip, uri });
    },
    vod: (listed, targets, { from }) => vodPlaylist({ ...listed, targets, from }),
    ofRendition,
    multivariant: (variants, over, { from, uri }) => multivariantPlaylist({ variants, over, from, uri }),
    manifest(live, archive, { uri }) {
      const { targets, renditions: variants, ended: over } = live;
      const window = variants[0]?.segments ?? [];
      const indexed = archive.segments(live.name);
      const segments =
        over && indexed.length > 0 ? indexed : window.slice(firstListed(window, targets.segment, listed));
      return manifest({ targets, variants, segments, indexed, over, uri });
    },
    recorded: (segments, variants, targets, { uri }) =>
      manifest({ targets, variants, segments, over: true, uri }),
  };
}
