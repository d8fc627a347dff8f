/** Rules about delta updates. */
import type { Evidence, Observed } from '../evidence.ts';
import type { SegmentLines } from '../playlist.ts';
import type { Rule } from './rule.ts';

/** Whether there is anything to skip in what was asked for in full. */
function hasOld({ probes: { full } }: Evidence): boolean {
  const until = Number(full.playlist.control.get('CAN-SKIP-UNTIL') ?? Number.POSITIVE_INFINITY);
  const lasts = full.playlist.segments.reduce((sum, { duration }) => sum + duration, 0);
  return lasts - (full.playlist.segments[0]?.duration ?? 0) > until;
}

export const deltaRules: readonly Rule[] = [
  {
    id: 'delta-skips',
    says: '_HLS_skip=YES leaves out what is older than the skip boundary, and says so',
    source: '6.2.5.1',
    judge(evidence) {
      if (!hasOld(evidence)) return undefined;
      const { delta } = evidence.probes;
      return delta.playlist.skipped > 0 ? [] : ['nothing is skipped'];
    },
  },
  {
    id: 'delta-keeps-the-new',
    says: 'Nothing is skipped that is newer than the skip boundary',
    source: '4.4.3.8, 6.2.5.1',
    judge({ probes: { full, delta } }) {
      const until = Number(full.playlist.control.get('CAN-SKIP-UNTIL') ?? 0);
      const kept = full.playlist.segments.slice(delta.playlist.skipped);
      const lasts = kept.reduce((sum, { duration }) => sum + duration, 0);
      return delta.playlist.skipped === 0 || lasts >= until - 1e-3
        ? []
        : [`only ${lasts.toFixed(3)} s are left`];
    },
  },
  {
    id: 'delta-merges',
    says: 'A delta update, merged with what was known, is the full playlist',
    source: '6.3.7',
    judge({ probes: { full, delta } }) {
      const { mediaSequence, discontinuitySequence, skipped, segments } = delta.playlist;
      if (mediaSequence !== full.playlist.mediaSequence) return [`it begins with segment ${mediaSequence}`];
      if (discontinuitySequence !== full.playlist.discontinuitySequence)
        return [`its DISCONTINUITY-SEQUENCE is ${discontinuitySequence}`];
      const known = full.playlist.segments.slice(0, skipped);
      const merged = [...known, ...segments].map(comparable);
      const expected = full.playlist.segments.map(comparable);
      const wrong = expected.findIndex((text, index) => text !== merged[index]);
      if (wrong >= 0)
        return [
          `segment ${full.playlist.segments[wrong]!.media} is ${merged[wrong]}, not ${expected[wrong]}`,
        ];
      // Of the reports which renditions they are of: where those stand may have changed in between, and another server may not have read it.
      const tail = ({ playlist: { hints, reports } }: Observed) =>
        JSON.stringify([hints, reports.map(({ uri }) => uri)]);
      const [said, whole] = [delta, full].map(tail);
      return said === whole ? [] : [`its hint or its reports are ${said}, not ${whole}`];
    },
  },
];

function comparable(segment: SegmentLines): string {
  const { media, uri, duration, parts, discontinuities, map, date, gap } = segment;
  return JSON.stringify([media, uri, duration, parts, discontinuities, gap ? '' : map, date, gap]);
}
