/** The playlists that HTTP serves, of the pure functions that write them. */

import { judge } from './hls/directives.ts';
import { livePlaylist, vodPlaylist } from './hls/media.ts';
import { multivariantPlaylist } from './hls/multivariant.ts';
import type { Texts } from './http/texts.ts';

/** `listed`: microseconds that live playlists list at least. */
export function playlistTexts(listed: number): Omit<Texts, 'manifest'> {
  return {
    judge,
    media(live, rendition, archive, { skip, from, uri }) {
      const older = from === undefined ? undefined : archive.segments(live.name, from);
      return livePlaylist({ stream: live, rendition, listed, older, skip, uri });
    },
    vod: (segments, _rendition, targets, { uri }) => vodPlaylist(segments, targets, uri),
    multivariant: (variants, over, { from, uri }) => multivariantPlaylist({ variants, over, from, uri }),
  };
}
