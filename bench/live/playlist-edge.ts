/** What a player of LL-HLS reads in a playlist to go on: the newest part, and what to ask for next. Pure. */

export interface PlaylistEdge {
  /** URI of the newest complete part, if one is listed. */
  readonly newest: string | undefined;
  /** When its last picture was taken: milliseconds since the epoch of Unix; from the date of its segment and what follows. */
  readonly newestEnds: number;
  /** `_HLS_msn` and `_HLS_part` of the playlist that has the next part. */
  readonly media: number;
  readonly part: number;
}

export function readEdge(text: string): PlaylistEdge {
  let media = Number(/^#EXT-X-MEDIA-SEQUENCE:(\d+)/m.exec(text)?.[1] ?? 0);
  media += Number(/^#EXT-X-SKIP:.*SKIPPED-SEGMENTS=(\d+)/m.exec(text)?.[1] ?? 0);
  let part = 0;
  let newest: string | undefined;
  let date = Number.NaN;
  let newestEnds = Number.NaN;
  for (const line of text.split('\n')) {
    if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) {
      date = Date.parse(line.slice(25));
    } else if (line.startsWith('#EXT-X-PART:')) {
      newest = /URI="([^"]+)"/.exec(line)?.[1];
      date += Number(/DURATION=([\d.]+)/.exec(line)?.[1]) * 1000;
      newestEnds = date;
      part += 1;
    } else if (line !== '' && !line.startsWith('#')) {
      media += 1;
      part = 0;
    }
  }
  return { newest, newestEnds, media, part };
}
