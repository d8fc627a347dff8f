/** The single questions that the checker asks while a stream goes on. */
import { type Asker, withQuery } from './ask.ts';
import type { Observed, Probes } from './evidence.ts';
import { askFor, observe } from './follow.ts';
import { type MediaPlaylist, nextOf, type SegmentLines } from './playlist.ts';

/** Parts that a stream may go on while a question is under way. */
const slack = 5;

export async function probe(asker: Asker, url: string): Promise<Omit<Probes, 'droppedPart'>> {
  const first = observe(await asker.ask(url));
  const { playlist } = first;
  const whole = playlist.segments.filter(({ uri }) => uri !== undefined);
  const lastWhole = whole.at(-1)?.media ?? playlist.mediaSequence;
  const refusals = await Promise.all([
    asker.ask(withQuery(url, { _HLS_part: 0 })),
    // One is closed while we ask, at the most; and some servers count the one that is open.
    asker.ask(withQuery(url, { _HLS_msn: lastWhole + 5 })),
    asker.ask(withQuery(url, partTooFar(playlist))),
    asker.ask(withQuery(url, { _HLS_msn: 'x' })),
    asker.ask(new URL(unknownName(playlist), url).href),
  ]);
  const [partAlone, segmentTooFar, partTooFarAnswer, noNumber, unknownPart] = refusals;
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
    segmentTooFar,
    partTooFar: partTooFarAnswer,
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

function partTooFar(playlist: MediaPlaylist): Record<string, number> {
  const { media, part } = nextOf(playlist);
  const target = playlist.partTarget ?? 1;
  const limit = target < 1 ? Math.ceil(3 / target) : 3;
  return { _HLS_msn: media, _HLS_part: part + limit + slack };
}

/** Like the hinted part's, but of no part that is, or comes next. */
function unknownName({ hints }: MediaPlaylist): string {
  const [hint = 'part-unknown.m4s'] = hints;
  const [path = '', query] = hint.split('?');
  const other = path.replace(/\d+(?=\D*$)/, (number) => String(Number(number) + 5000));
  return `${other === path ? `unknown-${path}` : other}${query === undefined ? '' : `?${query}`}`;
}

/** The segment whose parts are the next to be dropped from the playlist. */
export function oldestWithParts({ segments }: MediaPlaylist): SegmentLines | undefined {
  return segments.find(({ parts, uri }) => parts.length > 0 && uri !== undefined);
}
