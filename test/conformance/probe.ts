/** The single questions that the checker asks while a stream goes on. */
import { type Answer, type Asker, withQuery } from './ask.ts';
import type { Observed, Probes } from './evidence.ts';
import { askFor, observe } from './follow.ts';
import { type MediaPlaylist, nextOf, type SegmentLines } from './playlist.ts';

/** No segment has so many. */
const farthestPart = 5000;

export async function probe(asker: Asker, url: string): Promise<Omit<Probes, 'droppedPart'>> {
  const first = observe(await asker.ask(url));
  const { playlist } = first;
  const refusals = await Promise.all([
    asker.ask(withQuery(url, { _HLS_part: 0 })),
    refusalOf(asker, url, segmentTooFar),
    refusalOf(asker, url, partTooFar),
    asker.ask(withQuery(url, { _HLS_msn: 'x' })),
    asker.ask(new URL(unknownName(playlist), url).href),
  ]);
  const [partAlone, farSegment, farPart, noNumber, unknownPart] = refusals;
  const old = await askFor(asker, url, { media: playlist.mediaSequence, part: 0 });
  const bare = observe(await asker.ask(url, { headers: { origin: 'https://elsewhere.example' } }));
  const zipped = await asker.ask(url, { headers: { 'accept-encoding': 'gzip' } });
  const now = observe(await asker.ask(url)).playlist;
  const { media } = nextOf(now);
  const [wholeSegment, pastEnd, [full, delta]] = await Promise.all([
    askFor(asker, url, { media, part: -1 }),
    askPastEnd(asker, url, media, partsOfWhole(now)),
    askBoth(asker, url, media + 1),
  ]);
  return {
    wholeSegment,
    pastEnd,
    old,
    partAlone,
    segmentTooFar: farSegment,
    partTooFar: farPart,
    noNumber,
    full,
    delta,
    unknownPart,
    bare,
    zipped,
  };
}

/** The first part of a segment, in full and as a delta update, asked for at once so that both are of one state. */
async function askBoth(asker: Asker, url: string, media: number): Promise<[Observed, Observed]> {
  const first = { media, part: 0 };
  return Promise.all([askFor(asker, url, first), askFor(asker, url, first, { _HLS_skip: 'YES' })]);
}

async function askPastEnd(asker: Asker, url: string, media: number, parts: number): Promise<Observed> {
  const seen = await askFor(asker, url, { media, part: parts });
  return { ...seen, asked: { media: media + 1, part: 0 } };
}

function partsOfWhole({ segments }: MediaPlaylist): number {
  return Math.max(1, ...segments.filter(({ uri }) => uri !== undefined).map(({ parts }) => parts.length));
}

/** How often we may have asked so late that it was no longer too far. */
const attempts = 3;

async function refusalOf(
  asker: Asker,
  url: string,
  query: (playlist: MediaPlaylist) => Record<string, number>,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const { playlist } = observe(await asker.ask(url));
    const answer = await asker.ask(withQuery(url, query(playlist)));
    if (answer.status !== 200 || attempt === attempts) return answer;
  }
}

/** One more than must be refused: some servers count the segment that is open. */
function segmentTooFar(playlist: MediaPlaylist): Record<string, number> {
  return { _HLS_msn: nextOf(playlist).media + 3 };
}

/** Of the segment that comes next: of the open one it would soon mean the next one's first part. */
function partTooFar(playlist: MediaPlaylist): Record<string, number> {
  return { _HLS_msn: nextOf(playlist).media + 1, _HLS_part: farthestPart };
}

/** Like the hinted part's, but of no part that is, or comes next. */
function unknownName({ hints }: MediaPlaylist): string {
  const [hint = 'part-unknown.m4s'] = hints;
  const [path = '', query] = hint.split('?');
  const other = path.replace(/\d+(?=(?:\.\w+)?$)/, (number) => String(Number(number) + 5000));
  return `${other === path ? `unknown-${path}` : other}${query === undefined ? '' : `?${query}`}`;
}

/** The segment whose parts are the next to be dropped from the playlist. */
export function oldestWithParts({ segments }: MediaPlaylist): SegmentLines | undefined {
  return segments.find(({ parts, uri }) => parts.length > 0 && uri !== undefined);
}
