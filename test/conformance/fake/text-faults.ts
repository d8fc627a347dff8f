/** Faults in what playlists say. */
import { deltaOf, editLines, lastSegments, without } from './edit.ts';
import type { Fault } from './fault.ts';

/** Replaces in every playlist of all renditions. */
const everywhere = (what: RegExp, by: string) => (text: string) => text.replace(what, by);

/** From the ninth playlist on. */
const later = 8;

export const multivariantFaults: readonly Fault[] = [
  {
    id: 'unknown-tag-of-variants',
    breaks: ['multivariant-syntax'],
    multivariant: (text) => `${text}#EXT-X-SOMETHING:1\n`,
  },
  {
    id: 'media-among-variants',
    breaks: ['multivariant-parsed'],
    multivariant: (text) => text.replace('#EXT-X-STREAM-INF', '#EXT-X-TARGETDURATION:1\n#EXT-X-STREAM-INF'),
  },
  { id: 'no-codecs', breaks: ['codecs'], multivariant: everywhere(/CODECS="[^"]*",/, '') },
  { id: 'no-average', breaks: ['bandwidth'], multivariant: everywhere(/AVERAGE-BANDWIDTH=\d+,/, '') },
  { id: 'no-frame-rate', breaks: ['resolution'], multivariant: everywhere(/,FRAME-RATE=[\d.]+/, '') },
  {
    id: 'other-target-duration',
    breaks: ['equal-target-durations', 'hold-back', 'can-skip-until'],
    mayBreak: ['media-parsed'],
    playlist: (text, { rendition }) =>
      rendition === 'low' ? text.replace('TARGETDURATION:1', 'TARGETDURATION:2') : text,
  },
  {
    id: 'other-control',
    breaks: ['equal-server-control'],
    playlist: (text, { rendition }) =>
      rendition === 'low' ? text.replace('PART-HOLD-BACK=0.6', 'PART-HOLD-BACK=0.9') : text,
  },
];

export const playlistFaults: readonly Fault[] = [
  { id: 'unknown-tag', breaks: ['media-syntax'], playlist: (text) => `${text}#EXT-X-SOMETHING:1\n` },
  {
    id: 'unquoted-uri',
    breaks: ['media-syntax'],
    playlist: everywhere(/(#EXT-X-PRELOAD-HINT:TYPE=PART,URI=)"([^"]*)"/, '$1$2'),
  },
  {
    id: 'variants-among-media',
    breaks: ['media-parsed'],
    playlist: everywhere(/#EXT-X-TARGETDURATION/, '#EXT-X-STREAM-INF:BANDWIDTH=1\n#EXT-X-TARGETDURATION'),
  },
  {
    id: 'old-version',
    breaks: ['version'],
    playlist: everywhere(/VERSION:9/, 'VERSION:5'),
    // What others read has its own opinion of versions.
    mayBreak: ['media-parsed'],
  },
  {
    id: 'long-segments',
    breaks: ['target-duration', 'dates-go-on'],
    playlist: (text) =>
      editLines(text, (line, media) => (media % 4 === 0 ? line.replace('EXTINF:1.0', 'EXTINF:1.5') : line)),
    mayBreak: ['media-parsed'],
  },
  {
    id: 'long-parts',
    breaks: ['part-target'],
    playlist: everywhere(/DURATION=0\.20000,URI/g, 'DURATION=0.22000,URI'),
    mayBreak: ['media-parsed'],
  },
  {
    id: 'short-parts',
    breaks: ['part-85-percent'],
    playlist: everywhere(/DURATION=0\.20000,URI/g, 'DURATION=0.16000,URI'),
    mayBreak: ['media-parsed'],
  },
  {
    id: 'no-blocking-announced',
    breaks: ['can-block-reload'],
    mayBreak: ['media-parsed'],
    playlist: everywhere(/CAN-BLOCK-RELOAD=YES,/, ''),
  },
  {
    id: 'short-part-hold-back',
    breaks: ['part-hold-back'],
    playlist: everywhere(/PART-HOLD-BACK=0\.6/, 'PART-HOLD-BACK=0.5'),
    mayBreak: ['media-parsed'],
  },
  {
    id: 'short-hold-back',
    breaks: ['hold-back'],
    playlist: everywhere(/,HOLD-BACK=3/, ',HOLD-BACK=2'),
    mayBreak: ['media-parsed'],
  },
  {
    id: 'short-skip-boundary',
    breaks: ['can-skip-until'],
    playlist: everywhere(/CAN-SKIP-UNTIL=6/, 'CAN-SKIP-UNTIL=5'),
    mayBreak: ['media-parsed'],
  },
  {
    id: 'no-independent-segments',
    breaks: ['independent-segments'],
    playlist: (text) => without(text, /INDEPENDENT-SEGMENTS/),
  },
  {
    id: 'no-dates',
    breaks: ['date-of-each-segment'],
    playlist: (text) =>
      editLines(text, (line, media) => (media % 3 === 1 && line.includes('PROGRAM-DATE') ? undefined : line)),
  },
  {
    id: 'jumping-dates',
    breaks: ['dates-go-on'],
    playlist: (text) =>
      editLines(text, (line, media) =>
        media % 3 === 1 && line.includes('DATE-TIME') ? line.replace('.000Z', '.600Z') : line,
      ),
  },
  {
    id: 'early-dates',
    breaks: ['dates-go-on'],
    playlist: (text) =>
      editLines(text, (line, media) =>
        media % 3 !== 1 && line.includes('DATE-TIME') ? line.replace('.000Z', '.060Z') : line,
      ),
  },
  {
    id: 'two-hints',
    breaks: ['one-hint'],
    playlist: everywhere(/(#EXT-X-PRELOAD-HINT.*\n)/, '$1$1'),
    mayBreak: ['media-parsed'],
  },
  {
    id: 'no-hint',
    breaks: ['one-hint', 'hinted-is-held'],
    mayBreak: ['media-parsed'],
    playlist: (text) => without(text, /PRELOAD-HINT/),
  },
  {
    id: 'hint-of-the-listed',
    breaks: ['hint-is-next', 'hinted-is-held'],
    playlist: (text) => {
      const last = text.match(/#EXT-X-PART:.*/g)?.at(-1) ?? '';
      return text.replace(/(TYPE=PART,URI=)"[^"]*"/, `$1${/"[^"]*"/.exec(last)}`);
    },
  },
  {
    id: 'old-parts',
    breaks: ['parts-of-three-durations'],
    playlist(text, { rendition, stream }) {
      const segments = stream.rendition(rendition)?.segments.slice(-6) ?? [];
      return editLines(text, (line, media) => {
        const segment = segments.find((each) => each.media === media);
        if (segment === undefined || !line.startsWith('#EXTINF')) return line;
        const first = `part-${segment.epoch}-${segment.ordinal}.m4s`;
        if (text.includes(`"${first}"`)) return line;
        const parts = segment.parts.map(({ ordinal, independent }) => {
          const name = `part-${segment.epoch}-${ordinal}.m4s`;
          return `#EXT-X-PART:DURATION=0.20000${independent ? ',INDEPENDENT=YES' : ''},URI="${name}"`;
        });
        return [...parts, line].join('\n');
      });
    },
    mayBreak: ['media-parsed', 'dropped-parts-stay', 'delta-merges'],
  },
  {
    id: 'no-parts-of-the-newest',
    breaks: ['newest-has-parts'],
    playlist: (text) => {
      const newest = text.match(/^seg-.*/gm)?.length ?? 0;
      const first = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1]);
      const skipped = Number(/SKIPPED-SEGMENTS=(\d+)/.exec(text)?.[1] ?? 0);
      const last = first + skipped + newest - 1;
      return editLines(text, (line, media) =>
        media === last && line.startsWith('#EXT-X-PART:') ? undefined : line,
      );
    },
    mayBreak: ['parts-in-time', 'past-the-end'],
  },
  { id: 'four-segments', breaks: ['six-segments'], noSkip: true, playlist: (text) => lastSegments(text, 4) },
  {
    id: 'two-segments',
    breaks: ['six-segments', 'three-durations'],
    noSkip: true,
    playlist: (text) => lastSegments(text, 2),
    mayBreak: ['old-is-answered-at-once'],
  },
  {
    id: 'no-map',
    breaks: ['map', 'independent-is-keyframe'],
    playlist: (text) => without(text, /EXT-X-MAP/),
  },
  {
    id: 'no-discontinuity-sequence',
    breaks: ['discontinuity-sequence'],
    playlist: (text) => without(text, /DISCONTINUITY-SEQUENCE/),
  },
];

export const timeFaults: readonly Fault[] = [
  {
    id: 'going-back',
    breaks: ['media-sequence-rises', 'waits-for-the-part'],
    // Only after there was time for something to become old.
    playlist: (text, { earlier, count }) => (count > 15 && count % 4 === 0 ? (earlier ?? text) : text),
    mayBreak: [
      'segments-stay',
      'same-everywhere',
      'discontinuities-are-counted',
      'delta-merges',
      'waits-for-the-segment',
      'past-the-end',
      'parts-in-time',
    ],
  },
  {
    id: 'growing-target-duration',
    breaks: ['target-duration-stays'],
    playlist: (text, { count }) =>
      count > later
        ? text
            .replace('TARGETDURATION:1', 'TARGETDURATION:2')
            .replace(',HOLD-BACK=3', ',HOLD-BACK=6')
            .replace('UNTIL=6', 'UNTIL=12')
        : text,
    mayBreak: [
      'equal-target-durations',
      'equal-server-control',
      'delta-skips',
      'delta-keeps-the-new',
      'media-parsed',
    ],
  },
  {
    id: 'changing-part-target',
    breaks: ['part-target-stays'],
    playlist: (text, { count }) =>
      text
        .replace('PART-HOLD-BACK=0.6', 'PART-HOLD-BACK=0.9')
        .replace('PART-TARGET=0.20000', count > later ? 'PART-TARGET=0.21000' : 'PART-TARGET=0.20000'),
    mayBreak: ['equal-server-control'],
  },
  {
    id: 'renamed-segments',
    breaks: ['segments-stay'],
    playlist: (text, { count }) => (count > later ? text.replace(/^seg-.*\.m4s$/gm, '$&?again') : text),
    mayBreak: ['delta-merges', 'segments-in-time'],
  },
  {
    id: 'uncounted-discontinuities',
    breaks: ['discontinuities-are-counted'],
    playlist: everywhere(/(DISCONTINUITY-SEQUENCE:)\d+/, '$10'),
  },
  {
    id: 'no-reports',
    breaks: ['report-of-each-rendition'],
    playlist: (text) => without(text, /RENDITION-REPORT/),
  },
  {
    id: 'late-reports',
    breaks: ['reports-are-right'],
    playlist: (text) => text.replace(/(LAST-MSN=)(\d+)/, (_, name, number) => `${name}${Number(number) - 2}`),
  },
  { id: 'no-deltas', breaks: ['delta-skips'], noSkip: true },
  {
    id: 'short-deltas',
    breaks: ['delta-keeps-the-new'],
    noSkip: true,
    playlist: (text, { skip }) => (skip ? deltaOf(text, 3) : text),
  },
  {
    id: 'other-deltas',
    breaks: ['delta-merges'],
    playlist: (text, { skip }) => (skip ? text.replace(/\.000Z/g, '.001Z') : text),
  },
  {
    id: 'all-independent',
    breaks: ['independent-is-keyframe'],
    playlist: everywhere(/DURATION=0\.20000,URI/g, 'DURATION=0.20000,INDEPENDENT=YES,URI'),
  },
  {
    id: 'another-text-elsewhere',
    breaks: ['same-everywhere'],
    playlist: (text, { isOther }) => (isOther ? `${text}# elsewhere\n` : text),
  },
];
