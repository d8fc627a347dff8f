/** Rules about parts, segments and inits, and about what is hinted. */
import { boxesIn } from '../../../src/live/mp4/box.ts';
import { readFragment } from '../../../src/live/mp4/fragment.ts';
import { readMovie } from '../../../src/live/mp4/movie.ts';
import type { Answer } from '../ask.ts';
import type { ListedPart } from '../evidence.ts';
import { nameOf, type Rule } from './rule.ts';

function boxTypes({ body }: Answer): readonly string[] {
  try {
    return [...boxesIn(body)].map(({ type }) => type);
  } catch (error) {
    return [String(error)];
  }
}

/** Whether a part's first picture needs no other; undefined: that cannot be read. */
function beginsWithKeyframe({ answer, init }: ListedPart): boolean | undefined {
  if (init === undefined) return undefined;
  try {
    const moov = [...boxesIn(init.body)].find(({ type }) => type === 'moov');
    const movie = readMovie(moov!.body);
    for (const { type, body } of boxesIn(answer.body)) {
      const fragments = type === 'moof' ? readFragment(body, movie) : [];
      const picture = fragments.find(({ trackId }) => trackId === movie.main.id);
      if (picture !== undefined) return picture.keyframe;
    }
  } catch {
    return undefined;
  }
  return undefined;
}

export const mediaRules: readonly Rule[] = [
  {
    id: 'inits-are-inits',
    says: 'Every MAP is there, and is ftyp and moov',
    source: '3.1.2, 4.4.4.5',
    judge: ({ inits }) =>
      inits.flatMap((answer) => {
        const types = boxTypes(answer);
        const good = answer.status === 200 && types[0] === 'ftyp' && types.includes('moov');
        return good ? [] : [`${nameOf(answer.url)}: status ${answer.status}, ${types.slice(0, 3).join(' ')}`];
      }),
  },
  {
    id: 'parts-are-fragments',
    says: 'Every listed part is there, and is moof and mdat',
    source: '3.1.2',
    judge({ parts }) {
      if (parts.length === 0) return ['no part was seen'];
      return parts.flatMap(({ url, answer }) => {
        const types = boxTypes(answer).filter((type) => type !== 'styp' && type !== 'prft');
        const good = answer.status === 200 && types[0] === 'moof' && types.includes('mdat');
        return good ? [] : [`${nameOf(url)}: status ${answer.status}, ${types.slice(0, 3).join(' ')}`];
      });
    },
  },
  {
    id: 'independent-is-keyframe',
    says: 'A part is INDEPENDENT if it begins with a keyframe, and only then',
    source: '4.4.4.9',
    judge: ({ parts }) =>
      parts.flatMap((part) => {
        const keyframe = beginsWithKeyframe(part);
        if (keyframe === undefined) return [`${nameOf(part.url)}: its first picture cannot be found`];
        if (keyframe === part.independent) return [];
        return [`${nameOf(part.url)} begins with ${keyframe ? 'a' : 'no'} keyframe`];
      }),
  },
  {
    id: 'parts-make-the-segment',
    says: 'The parts of a segment, joined, are the segment',
    source: '4.4.4.9, 6.2.2',
    judge({ segments }) {
      if (segments.length === 0) return ['no whole segment was seen'];
      return segments.flatMap(({ url, answer, parts }) => {
        const joined = Buffer.concat(parts.map(({ body }) => body));
        if (answer.status !== 200) return [`${nameOf(url)}: status ${answer.status}`];
        return joined.equals(answer.body)
          ? []
          : [`${nameOf(url)}: ${answer.body.length} bytes, its parts ${joined.length}`];
      });
    },
  },
  {
    id: 'hinted-is-held',
    says: 'A request for the hinted part is held until the part is there, and then answered with it',
    source: '6.2.6',
    judge({ hinted, parts }) {
      if (hinted.length === 0) return ['nothing was hinted'];
      const listed = new Map(parts.map(({ url, answer }) => [url, answer]));
      if (hinted.every(({ answer }) => answer.status !== 200)) return ['none of them was answered'];
      return hinted.flatMap(({ url, answer, listedAt }) => {
        // What an encoder did not bring because it began anew will never come.
        if (answer.status === 404 && listedAt === undefined) return [];
        if (answer.status !== 200) return [`${nameOf(url)}: status ${answer.status}`];
        const later = listed.get(url);
        const same = later === undefined || later.body.equals(answer.body);
        return same && answer.body.length > 0 ? [] : [`${nameOf(url)}: ${answer.body.length} bytes`];
      });
    },
  },
  {
    id: 'hinted-at-full-speed',
    timed: true,
    says: 'A hinted part comes at full speed once it begins to come, and no later than it is listed',
    source: '6.2.6',
    judge({ hinted, renditions }) {
      const target = (renditions[0]?.observed[0]?.playlist.partTarget ?? 0) * 1000;
      const median = (numbers: readonly number[]) =>
        numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
      const lasts = median(hinted.map(({ answer }) => answer.endedAt - answer.begunAt));
      const late = median(
        hinted.flatMap(({ answer, listedAt }) => (listedAt === undefined ? [] : [answer.endedAt - listedAt])),
      );
      const complaints: string[] = [];
      if (lasts > target / 4) complaints.push(`it takes ${lasts.toFixed(0)} ms`);
      if (late > target / 2) complaints.push(`it is there ${late.toFixed(0)} ms behind the playlist`);
      return complaints;
    },
  },
  {
    id: 'unknown-is-not-found',
    says: 'A part that is neither listed nor hinted: 404',
    source: '6.2.6',
    judge: ({ probes }) =>
      probes.unknownPart.status === 404
        ? []
        : [`${nameOf(probes.unknownPart.url)}: status ${probes.unknownPart.status}`],
  },
  {
    id: 'dropped-parts-stay',
    says: 'Parts that are not listed any more are there for three target durations more',
    source: '6.2.2, Apple',
    judge({ probes: { droppedPart } }) {
      if (droppedPart === undefined) return undefined;
      return droppedPart.status === 200 ? [] : [`${nameOf(droppedPart.url)}: status ${droppedPart.status}`];
    },
  },
];
