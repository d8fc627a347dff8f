/** Follows one rendition as a player would, and keeps every playlist that came. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, type Asker, withQuery } from './ask.ts';
import type { Observed } from './evidence.ts';
import { type MediaPlaylist, type Newest, nextOf, reaches, readMedia } from './playlist.ts';

export function observe(answer: Answer, asked?: Newest): Observed {
  const text = answer.body.toString();
  return { answer, text, playlist: readMedia(answer.status === 200 ? text : '#EXTM3U\n'), asked };
}

/** A playlist that waits for a part; with `part` -1 for a whole segment. */
export async function askFor(
  asker: Asker,
  url: string,
  { media, part }: Newest,
  more: Readonly<Record<string, string>> = {},
): Promise<Observed> {
  const query = part < 0 ? { _HLS_msn: media } : { _HLS_msn: media, _HLS_part: part };
  return observe(await asker.ask(withQuery(url, { ...query, ...more })), { media, part });
}

export interface FollowOptions {
  readonly asker: Asker;
  readonly url: string;
  /** Milliseconds of the steady clock. */
  readonly until: number;
  readonly onPlaylist?: (observed: Observed) => void;
}

/** Milliseconds before a server that answers too early, or wrongly, is asked again. */
const breath = 50;

/** Resolves at the end of the time, or of the stream. */
export async function follow({
  asker,
  url,
  until,
  onPlaylist = () => {},
}: FollowOptions): Promise<Observed[]> {
  const observed: Observed[] = [];
  let last: MediaPlaylist | undefined;
  while (performance.now() < until) {
    const asked = last === undefined ? undefined : nextOf(last);
    const seen = asked === undefined ? observe(await asker.ask(url)) : await askFor(asker, url, asked);
    observed.push(seen);
    onPlaylist(seen);
    if (seen.answer.status === 200) last = seen.playlist;
    if (last?.ended) break;
    const early = asked !== undefined && !reaches(seen.playlist, asked.media, asked.part);
    if (early || last === undefined) await delay(breath);
  }
  return observed;
}
