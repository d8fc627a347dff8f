/** Rules that each media playlist keeps by itself. */
import HLS from 'hls-parser';
import { Parser } from 'm3u8-parser';
import type { Evidence } from '../evidence.ts';
import type { MediaPlaylist } from '../playlist.ts';
import { atLeast, ofEach, type Rule } from './rule.ts';

const seconds = (playlist: MediaPlaylist, name: string): number =>
  Number(playlist.control.get(name) ?? Number.NaN);

/** Seconds of everything that is listed. */
const lengthOf = ({ segments }: MediaPlaylist): number =>
  segments.reduce((sum, { duration }) => sum + duration, 0);

/** What is wrong in one playlist is wrong in most; and reading them twice more takes its time. */
function firstAndLast(evidence: Evidence): Evidence {
  const renditions = evidence.renditions.map((rendition) => {
    const { observed } = rendition;
    return { ...rendition, observed: [...observed.slice(0, 1), ...observed.slice(-2)] };
  });
  return { ...evidence, renditions };
}

// Whatever it finds to say against a playlist is an error then, and is not printed.
HLS.setOptions({ strictMode: true });

export const playlistRules: readonly Rule[] = [
  {
    id: 'media-syntax',
    says: 'Media playlists have nothing but tags, attributes and URIs of their form, each once where it may be once',
    source: '4.1, 4.2, 4.4',
    judge: (evidence) => ofEach(evidence, ({ playlist }) => playlist.complaints),
  },
  {
    id: 'media-parsed',
    says: 'hls-parser and m3u8-parser read the same numbers and segments from it',
    source: 'cross-check',
    judge: (evidence) =>
      ofEach(firstAndLast(evidence), ({ text, playlist }) => {
        const whole = playlist.segments.filter(({ uri }) => uri !== undefined);
        const first = playlist.mediaSequence;
        const strict = HLS.parse(text) as HLS.types.MediaPlaylist;
        const parser = new Parser();
        parser.push(text);
        parser.end();
        const lax = parser.manifest;
        const complaints: string[] = [];
        const count = strict.segments.filter(({ uri }) => uri !== '').length;
        if (count !== whole.length || strict.mediaSequenceBase !== first)
          complaints.push(`hls-parser reads ${count} segments from ${strict.mediaSequenceBase} on`);
        const laxCount = lax.segments.filter(({ uri }) => uri !== undefined).length;
        if (laxCount !== whole.length || lax.mediaSequence !== first)
          complaints.push(`m3u8-parser reads ${laxCount} segments from ${lax.mediaSequence} on`);
        return complaints;
      }),
  },
  {
    id: 'version',
    says: 'EXT-X-VERSION is 6 at least with a MAP, 8 with GAP, 9 with SKIP',
    source: '7',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist }) => {
        const has = (name: string) => playlist.lines.some((line) => line.name === name);
        const needed = has('EXT-X-SKIP') ? 9 : has('EXT-X-GAP') ? 8 : has('EXT-X-MAP') ? 6 : 1;
        return playlist.version >= needed ? [] : [`${playlist.version}, where ${needed} is needed`];
      }),
  },
  {
    id: 'target-duration',
    says: 'Every EXTINF rounds to TARGETDURATION at most',
    source: '4.4.3.1',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist: { targetDuration, segments } }) => {
        if (targetDuration === undefined) return ['there is no EXT-X-TARGETDURATION'];
        return segments
          .filter(({ uri, duration }) => uri !== undefined && Math.round(duration) > targetDuration)
          .map(({ media, duration }) => `segment ${media} lasts ${duration} s`);
      }),
  },
  {
    id: 'part-target',
    says: 'No part is longer than PART-TARGET',
    source: '4.4.3.7',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist: { partTarget, segments } }) => {
        if (partTarget === undefined) return ['there is no EXT-X-PART-INF'];
        return segments.flatMap(({ parts }) =>
          parts
            .filter(({ duration }) => !atLeast(partTarget, duration))
            .map(({ uri, duration }) => `${uri} lasts ${duration} s`),
        );
      }),
  },
  {
    id: 'part-85-percent',
    says: 'Every part lasts 85 % of PART-TARGET at least, but for INDEPENDENT ones, gaps and their neighbours, and the last of a segment',
    source: '4.4.3.7',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist: { partTarget = 0, segments } }) =>
        segments.flatMap(({ parts }) =>
          parts
            .slice(0, -1)
            .filter(({ independent, gap }, index) => !independent && !gap && !parts[index + 1]?.gap)
            .filter(({ duration }) => !atLeast(duration, 0.85 * partTarget))
            .map(({ uri, duration }) => `${uri} lasts ${duration} s`),
        ),
      ),
  },
  {
    id: 'can-block-reload',
    says: 'SERVER-CONTROL says CAN-BLOCK-RELOAD=YES',
    source: '4.4.3.8',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist }) =>
        playlist.control.get('CAN-BLOCK-RELOAD') === 'YES' ? [] : ['it does not'],
      ),
  },
  {
    id: 'part-hold-back',
    says: 'PART-HOLD-BACK is three times PART-TARGET at least',
    source: '4.4.3.8, Apple 14.3',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist }) => {
        const holdBack = seconds(playlist, 'PART-HOLD-BACK');
        return atLeast(holdBack, 3 * (playlist.partTarget ?? 0)) ? [] : [`it is ${holdBack}`];
      }),
  },
  {
    id: 'hold-back',
    says: 'HOLD-BACK, where it stands, is three times TARGETDURATION at least',
    source: '4.4.3.8',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist }) => {
        const holdBack = seconds(playlist, 'HOLD-BACK');
        const short = holdBack < 3 * (playlist.targetDuration ?? 0);
        return short ? [`it is ${holdBack}`] : [];
      }),
  },
  {
    id: 'can-skip-until',
    says: 'CAN-SKIP-UNTIL is six times TARGETDURATION at least',
    source: '4.4.3.8',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist }) => {
        const until = seconds(playlist, 'CAN-SKIP-UNTIL');
        return atLeast(until, 6 * (playlist.targetDuration ?? 0)) ? [] : [`it is ${until}`];
      }),
  },
  {
    id: 'independent-segments',
    says: 'INDEPENDENT-SEGMENTS stands there, and the first part of each segment is INDEPENDENT',
    source: '4.4.2.1, 4.4.4.9',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist: { independentSegments, segments } }) => [
        ...(independentSegments ? [] : ['there is no EXT-X-INDEPENDENT-SEGMENTS']),
        ...segments
          .filter(({ parts }) => parts[0] !== undefined && !parts[0].independent && !parts[0].gap)
          .map(({ media }) => `segment ${media}`),
      ]),
  },
  {
    id: 'date-of-each-segment',
    says: 'Every segment has a PROGRAM-DATE-TIME, before its first part',
    source: '4.4.4.6, Apple',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist: { segments } }) =>
        segments
          .filter(({ date, dateIsLate }) => date === undefined || dateIsLate)
          .map(({ media }) => `segment ${media}`),
      ),
  },
  {
    id: 'dates-go-on',
    says: 'From one segment to the next the date grows by what the segment lasts, but for discontinuities, and never by less: players place segments by it',
    source: '4.4.4.6',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist: { segments } }) =>
        segments.flatMap(({ media, date, duration }, index) => {
          const next = segments[index + 1];
          if (date === undefined || next?.date === undefined || next.discontinuities > 0) return [];
          const off = next.date - date - duration * 1000;
          return off < -20 || off > 250 ? [`${off.toFixed(0)} ms off behind segment ${media}`] : [];
        }),
      ),
  },
  {
    id: 'one-hint',
    says: 'There is exactly one PRELOAD-HINT of a part, until the end',
    source: '4.4.5.3, hls.js',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist: { hints, ended } }) =>
        hints.length === (ended ? 0 : 1) ? [] : [`${hints.length} of them`],
      ),
  },
  {
    id: 'hint-is-next',
    says: 'What is hinted is not listed yet',
    source: '4.4.5.3',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist: { hints, segments } }) =>
        hints.filter((hint) => segments.some(({ parts }) => parts.some(({ uri }) => uri === hint))),
      ),
  },
  {
    id: 'parts-of-three-durations',
    says: 'Parts are listed of the newest three target durations alone',
    source: '4.4.4.9',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist }) => {
        const limit = 3 * (playlist.targetDuration ?? 0);
        let behind = lengthOf(playlist);
        return playlist.segments.flatMap(({ media, duration, parts }) => {
          behind -= duration;
          return parts.length > 0 && behind > limit + 1e-3 ? [`segment ${media}`] : [];
        });
      }),
  },
  {
    id: 'newest-has-parts',
    says: 'The newest segments list their parts',
    source: 'B.1',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist: { segments } }) => {
        const bare = segments.slice(-2).filter(({ parts, gap }) => parts.length === 0 && !gap);
        return bare.map(({ media }) => `segment ${media} has none`);
      }),
  },
  {
    id: 'six-segments',
    says: 'At least six segments are listed, once there were so many',
    source: 'Apple 1.x',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist: { mediaSequence, segments } }) => {
        const count = segments.filter(({ uri }) => uri !== undefined).length;
        return count >= Math.min(6, mediaSequence + count) ? [] : [`${count} segments`];
      }),
  },
  {
    id: 'three-durations',
    says: 'A playlist from which segments were removed lists three target durations at least',
    source: '6.2.2',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist }) => {
        const removed = playlist.mediaSequence > 0 && playlist.skipped === 0;
        const least = 3 * (playlist.targetDuration ?? 0);
        return !removed || atLeast(lengthOf(playlist), least) ? [] : [`${lengthOf(playlist)} s`];
      }),
  },
  {
    id: 'map',
    says: 'A MAP stands before the first segment, and again behind each discontinuity',
    source: '4.4.4.5, Apple',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist: { segments } }) =>
        segments
          .filter(({ gap, map, discontinuities, ownMap }, index) => {
            if (gap) return false;
            return map === undefined || (discontinuities > 0 && index > 0 && !ownMap);
          })
          .map(({ media }) => `segment ${media}`),
      ),
  },
  {
    id: 'discontinuity-sequence',
    says: 'DISCONTINUITY-SEQUENCE is always sent',
    source: '4.4.3.3, 6.2.1',
    judge: (evidence) =>
      ofEach(evidence, ({ playlist }) =>
        playlist.discontinuitySequence === undefined ? ['it is missing'] : [],
      ),
  },
];
