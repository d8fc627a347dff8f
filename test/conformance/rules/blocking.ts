/** Rules about requests that wait, and about those that are refused. */
import type { Observed } from '../evidence.ts';
import { reaches } from '../playlist.ts';
import { allObserved, nameOf, type Rule } from './rule.ts';

/** Nothing: the playlist has what was waited for. */
function reached({ answer, playlist, asked }: Observed): readonly string[] {
  if (answer.status !== 200) return [`status ${answer.status}`];
  const { media, part } = asked ?? { media: 0, part: 0 };
  if (reaches(playlist, media, part < 0 ? undefined : part)) return [];
  const what = part < 0 ? `the whole segment ${media}` : `part ${part} of segment ${media}`;
  const after = (answer.endedAt - answer.askedAt).toFixed(0);
  return [`${what} is not there after ${after} ms`];
}

function expectStatus(status: number, expected: number): readonly string[] {
  return status === expected ? [] : [`status ${status}`];
}

export const blockingRules: readonly Rule[] = [
  {
    id: 'waits-for-the-part',
    says: 'A request with _HLS_msn and _HLS_part is answered when that part is there, and not before',
    source: '6.2.5.2',
    judge(evidence) {
      const found = allObserved(evidence)
        .filter(({ asked }) => asked !== undefined)
        .flatMap((observed) => reached(observed).map((text) => `${nameOf(observed.answer.url)}: ${text}`));
      return found.length > 3 ? [...found.slice(0, 3), `and ${found.length - 3} more`] : found;
    },
  },
  {
    id: 'never-fails',
    says: 'No request for what comes next is refused',
    source: '6.2.5.2',
    judge: ({ renditions }) =>
      renditions.flatMap(({ url, observed }) =>
        observed
          .filter(({ answer }) => answer.status !== 200)
          .map(({ answer, asked }) => `${nameOf(url)}: ${answer.status} for ${JSON.stringify(asked)}`),
      ),
  },
  {
    id: 'waits-for-the-segment',
    says: '_HLS_msn alone waits for the whole segment',
    source: '6.2.5.2',
    judge: ({ probes }) => reached(probes.wholeSegment),
  },
  {
    id: 'past-the-end',
    says: 'A part past the end of a segment means part 0 of the next',
    source: '6.2.5.2',
    judge: ({ probes }) => reached(probes.pastEnd),
  },
  {
    id: 'old-is-answered-at-once',
    timed: true,
    says: 'What was listed long ago is answered at once, with the playlist as it is now',
    source: '6.2.5.2',
    judge({ probes: { old } }) {
      const took = old.answer.endedAt - old.answer.askedAt;
      // A server that waits does so for a part at least; the next one is on average half a part away.
      const limit = Math.max(100, 450 * (old.playlist.partTarget ?? 0));
      if (old.answer.status !== 200) return [`status ${old.answer.status}`];
      return took > limit ? [`after ${took.toFixed(0)} ms`] : [];
    },
  },
  {
    id: 'part-needs-segment',
    says: '_HLS_part without _HLS_msn: 400',
    source: '6.2.5.2',
    judge: ({ probes }) => expectStatus(probes.partAlone.status, 400),
  },
  {
    id: 'segment-too-far',
    says: '_HLS_msn further ahead than the last segment and two: 400',
    source: '6.2.5.2',
    judge: ({ probes }) => expectStatus(probes.segmentTooFar.status, 400),
  },
  {
    id: 'part-too-far',
    says: '_HLS_part further ahead than three seconds of parts: 400',
    source: '6.2.5.2',
    judge: ({ probes }) => expectStatus(probes.partTooFar.status, 400),
  },
  {
    id: 'no-number',
    says: '_HLS_msn that is no number: 400',
    source: '6.2.5.2',
    judge: ({ probes }) => expectStatus(probes.noNumber.status, 400),
  },
];
