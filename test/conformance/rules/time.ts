/** Rules about how playlists follow one another. */
import type { Followed, Observed } from '../evidence.ts';
import { different, nameOf, ofEach, type Rule } from './rule.ts';

function good(observed: readonly Observed[]): readonly Observed[] {
  return observed.filter(({ answer }) => answer.status === 200);
}

/** Complaints about each playlist and the one before it. */
function ofNeighbours(
  renditions: readonly Followed[],
  judge: (before: Observed, after: Observed) => readonly string[],
): readonly string[] {
  const found = new Set<string>();
  for (const { url, observed } of renditions) {
    const answered = good(observed);
    for (const [index, after] of answered.entries()) {
      const before = answered[index - 1];
      if (before === undefined) continue;
      for (const complaint of judge(before, after)) found.add(`${nameOf(url)}: ${complaint}`);
    }
  }
  return [...found];
}

/** When each part (or each whole segment) of a rendition was first listed: milliseconds of the steady clock. */
function firstListed({ observed }: Followed, what: 'parts' | 'segments'): readonly number[] {
  const seen = new Set<string>();
  const times: number[] = [];
  for (const [index, { playlist, answer }] of observed.entries()) {
    const uris = playlist.segments.flatMap(({ uri, parts }) =>
      what === 'parts' ? parts.map((part) => part.uri) : uri === undefined ? [] : [uri],
    );
    const fresh = uris.filter((uri) => !seen.has(uri));
    for (const uri of fresh) seen.add(uri);
    // What stood in the first playlist came at times that nobody saw.
    if (index > 0 && fresh.length > 0) times.push(answer.endedAt);
  }
  return times;
}

/** Of the time from each to the next, the one in the middle: single hiccups are the machine's. */
function usualInterval(times: readonly number[]): number | undefined {
  const intervals = times.slice(1).map((time, index) => time - times[index]!);
  return intervals.sort((a, b) => a - b)[intervals.length >> 1];
}

export const timeRules: readonly Rule[] = [
  {
    id: 'media-sequence-rises',
    says: 'The media sequence never goes back',
    source: '6.2.2',
    judge: ({ renditions }) =>
      ofNeighbours(renditions, ({ playlist: before }, { playlist: after }) =>
        after.mediaSequence < before.mediaSequence
          ? [`from ${before.mediaSequence} to ${after.mediaSequence}`]
          : [],
      ),
  },
  {
    id: 'target-duration-stays',
    says: 'TARGETDURATION never changes',
    source: '4.4.3.1',
    judge: ({ renditions }) =>
      renditions.flatMap(({ url, observed }) => {
        const seen = different(good(observed).map(({ playlist }) => playlist.targetDuration));
        return seen.length > 1 ? [`${nameOf(url)}: ${seen.join(', ')}`] : [];
      }),
  },
  {
    id: 'part-target-stays',
    says: 'PART-TARGET never changes',
    source: '4.4.3.7',
    judge: ({ renditions }) =>
      renditions.flatMap(({ url, observed }) => {
        const seen = different(good(observed).map(({ playlist }) => playlist.partTarget));
        return seen.length > 1 ? [`${nameOf(url)}: ${seen.join(', ')}`] : [];
      }),
  },
  {
    id: 'segments-stay',
    says: 'What was said of a segment and its parts does not change',
    source: '6.2.1',
    judge: ({ renditions }) =>
      ofNeighbours(renditions, ({ playlist: before }, { playlist: after }) => {
        const known = new Map(before.segments.map((segment) => [segment.media, segment]));
        return after.segments.flatMap((segment) => {
          const old = known.get(segment.media);
          if (old === undefined) return [];
          const same =
            (old.uri === undefined || (old.uri === segment.uri && old.duration === segment.duration)) &&
            old.date === segment.date &&
            (segment.gap || old.map === segment.map) &&
            (segment.parts.length === 0 ||
              old.parts.every((part, index) => part.uri === segment.parts[index]?.uri));
          return same ? [] : [`segment ${segment.media}`];
        });
      }),
  },
  {
    id: 'discontinuities-are-counted',
    says: 'DISCONTINUITY-SEQUENCE grows by the discontinuities that have left the playlist',
    source: '4.4.3.3, 6.2.2',
    judge: ({ renditions }) =>
      ofNeighbours(renditions, ({ playlist: before }, { playlist: after }) => {
        const left = before.segments.filter(({ media }) => media < after.mediaSequence);
        // The tag goes with its segment; that of the first which stays stays as well.
        const expected =
          (before.discontinuitySequence ?? 0) +
          left.reduce((sum, { discontinuities }) => sum + discontinuities, 0);
        const { discontinuitySequence: said = expected } = after;
        return said === expected ? [] : [`${said} from segment ${after.mediaSequence} on, not ${expected}`];
      }),
  },
  {
    id: 'parts-in-time',
    timed: true,
    says: 'A new part is out within a part target (as a rule: a quarter more for the way)',
    source: '6.2.1, B.1',
    judge: ({ renditions }) =>
      renditions.flatMap((rendition) => {
        const target = (rendition.observed[0]?.playlist.partTarget ?? 0) * 1000;
        const usual = usualInterval(firstListed(rendition, 'parts'));
        if (usual === undefined) return [`${nameOf(rendition.url)}: no part came`];
        return usual > 1.25 * target ? [`${nameOf(rendition.url)}: ${usual.toFixed(0)} ms`] : [];
      }),
  },
  {
    id: 'segments-in-time',
    timed: true,
    says: 'A new segment is out within one and a half target durations',
    source: '6.2.1',
    judge: ({ renditions }) =>
      renditions.flatMap((rendition) => {
        const target = (rendition.observed[0]?.playlist.targetDuration ?? 0) * 1000;
        const usual = usualInterval(firstListed(rendition, 'segments'));
        return usual !== undefined && usual > 1.5 * target
          ? [`${nameOf(rendition.url)}: ${usual.toFixed(0)} ms`]
          : [];
      }),
  },
  {
    id: 'report-of-each-rendition',
    says: 'There is a RENDITION-REPORT of every other rendition, with LAST-MSN and LAST-PART',
    source: '4.4.5.4',
    judge(evidence) {
      const urls = evidence.renditions.map(({ url }) => nameOf(url));
      if (urls.length < 2) return undefined;
      return ofEach(evidence, ({ answer, playlist }) => {
        if (playlist.ended) return [];
        const full = playlist.reports.filter(({ media, part }) => media !== undefined && part !== undefined);
        const reported = full.map(({ uri }) => nameOf(new URL(uri, answer.url).href));
        return urls.filter((url) => url !== nameOf(answer.url) && !reported.includes(url));
      });
    },
  },
  {
    id: 'reports-are-right',
    says: 'A RENDITION-REPORT says where that rendition stands, to a part',
    source: '4.4.5.4',
    // An encoder that is starved hands one rendition's parts on later than the other's: then they do stand apart.
    timed: true,
    judge({ renditions }) {
      if (renditions.length < 2) return undefined;
      // Where one stands while another is asked nobody sees: but aligned renditions stand where this one does.
      return renditions.flatMap(({ url, observed }) => {
        const wrong = observed.filter(({ playlist }) => {
          const last = playlist.segments.at(-1);
          if (last === undefined) return false;
          const own = last.media + (last.parts.length - 1) / 1000;
          return playlist.reports.some(({ media = 0, part = 0 }) => {
            if (Math.abs(media + part / 1000 - own) < 0.0015) return false;
            const turned = Math.abs(media - last.media) === 1;
            return !(turned && (part === 0 || last.parts.length <= 1));
          });
        });
        return wrong.length === 0
          ? []
          : [`${nameOf(url)}: in ${wrong.length} of ${observed.length} playlists`];
      });
    },
  },
];
