/** Rules about HTTP: types, caches, other origins, compression. */
import { gunzipSync } from 'node:zlib';
import type { Answer } from '../ask.ts';
import { nameOf, type Rule } from './rule.ts';

/** Seconds; undefined: it may not be kept by others, or does not say for how long. */
function keptFor({ headers }: Answer): number | undefined {
  const found = /(?:^|[\s,])(?:s-maxage|max-age)=(\d+)/.exec(headers['cache-control'] ?? '');
  return found === null ? undefined : Number(found[1]);
}

function wrongType(answers: readonly Answer[], form: RegExp): readonly string[] {
  return answers
    .filter(({ status, headers }) => status === 200 && !form.test(headers['content-type'] ?? ''))
    .map(({ url, headers }) => `${nameOf(url)}: ${headers['content-type']}`);
}

export const transportRules: readonly Rule[] = [
  {
    id: 'playlist-type',
    says: 'Playlists are application/vnd.apple.mpegurl (or audio/mpegurl), in UTF-8',
    source: '4',
    judge: ({ multivariant, probes }) =>
      wrongType(
        [multivariant, probes.bare.answer],
        /^(?:application\/(?:vnd\.apple\.|x-)mpegurl|audio\/mpegurl)(?:;|$)/i,
      ),
  },
  {
    id: 'media-type',
    says: 'Parts, segments and inits are video/mp4, audio/mp4 or video/iso.segment',
    source: 'RFC 4337',
    judge: ({ inits, parts, segments }) =>
      wrongType(
        [...inits, ...parts.map(({ answer }) => answer), ...segments.map(({ answer }) => answer)],
        /^(?:video|audio)\/(?:mp4|iso\.segment)(?:;|$)/i,
      ),
  },
  {
    id: 'cross-origin',
    says: 'Pages of other origins may read playlists and media',
    source: 'Fetch, CORS',
    judge: ({ probes, parts }) =>
      [probes.bare.answer, ...parts.slice(0, 1).map(({ answer }) => answer)]
        .filter(
          ({ headers }) =>
            !['*', 'https://elsewhere.example'].includes(headers['access-control-allow-origin'] ?? ''),
        )
        .map(({ url }) => nameOf(url)),
  },
  {
    id: 'gzip',
    says: 'Playlists are compressed for those who take it',
    source: 'Apple 1.x',
    judge({ probes: { zipped } }) {
      if (zipped.headers['content-encoding'] !== 'gzip') return ['it is not'];
      try {
        return gunzipSync(zipped.body).toString().startsWith('#EXTM3U') ? [] : ['something else comes out'];
      } catch (error) {
        return [String(error)];
      }
    },
  },
  {
    id: 'cache-of-blocked',
    says: 'Playlists that were waited for may be kept for about six target durations',
    source: '6.2.5.2, B.1',
    judge({ renditions }) {
      const seen = renditions[0]?.observed.findLast(
        ({ asked, answer }) => asked !== undefined && answer.status === 200,
      );
      if (seen === undefined) return undefined;
      const kept = keptFor(seen.answer);
      const target = seen.playlist.targetDuration ?? 0;
      return kept !== undefined && kept >= 3 * target && kept <= 12 * target ? [] : [`${kept} s`];
    },
  },
  {
    id: 'cache-of-bare',
    says: 'The bare playlist may be kept for half a target duration at most',
    source: '6.2.5.2, B.1',
    judge({ probes: { bare } }) {
      const kept = keptFor(bare.answer);
      const explicit = /no-store|no-cache/.test(bare.answer.headers['cache-control'] ?? '');
      const limit = Math.ceil((bare.playlist.targetDuration ?? 0) / 2);
      return explicit || (kept !== undefined && kept <= limit) ? [] : [`${kept} s`];
    },
  },
  {
    id: 'cache-of-media',
    says: 'Parts, segments and inits may be kept for long, for their names mean the same for good',
    source: 'B.1',
    judge: ({ inits, parts, segments }) =>
      [
        ...inits.slice(-1),
        ...parts.slice(-1).map(({ answer }) => answer),
        ...segments.slice(-1).map(({ answer }) => answer),
      ]
        .filter((answer) => answer.status === 200 && (keptFor(answer) ?? 0) < 3600)
        .map((answer) => `${nameOf(answer.url)}: ${answer.headers['cache-control']}`),
  },
  {
    id: 'age',
    says: 'Age, where it stands, is how long ago it was made; playlists come fresh from where they are made',
    source: 'RFC 9111, 5.1',
    judge: ({ renditions, probes }) => {
      const answers = [probes.bare.answer, ...(renditions[0]?.observed ?? []).map(({ answer }) => answer)];
      const limit = probes.bare.playlist.targetDuration ?? 0;
      return [...new Set(answers.map(({ headers }) => headers.age))]
        .filter((age) => age !== undefined && !(Number(age) >= 0 && Number(age) <= limit))
        .map((age) => `Age: ${age}`);
    },
  },
  {
    id: 'same-everywhere',
    says: 'Two servers answer the same request with the same bytes',
    source: 'DESIGN.md',
    judge({ pairs }) {
      if (pairs === undefined) return undefined;
      return pairs
        .filter(({ one, other }) => one.status !== other.status || !one.body.equals(other.body))
        .map(
          ({ one, other }) => `${one.url}: ${one.status} and ${other.status}, ${firstDifference(one, other)}`,
        );
    },
  },
];

function firstDifference(one: Answer, other: Answer): string {
  const [lines, others] = [one, other].map(({ body }) => body.toString('latin1').split('\n'));
  const at = lines!.findIndex((line, index) => line !== others![index]);
  return `line ${at + 1}: "${lines![at]?.slice(0, 80)}" and "${others![at]?.slice(0, 80)}"`;
}
