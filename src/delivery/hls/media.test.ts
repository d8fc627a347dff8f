import assert from 'node:assert/strict';
import { test } from 'node:test';
import HLS from 'hls-parser';
import { LiveScript, type MadeRecord } from '../../../test/support/live-records.ts';
import fc from '../../../test/support/properties.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import type { Segment } from '../contract.ts';
import { StreamWindow } from '../window/window.ts';
import { livePlaylist, vodPlaylist } from './media.ts';
import type { Uri } from './names.ts';
import { textOf } from './pieces.ts';

// Whatever it finds to say against a playlist is an error.
HLS.setOptions({ strictMode: true });

const listed = 6_000_000;
const asItIs: Uri = (uri) => uri;

function windowOf(made: readonly MadeRecord[]): StreamWindow {
  const window = new StreamWindow('cam', { listed });
  for (const { record, bytes } of made) window.apply(record, bytes);
  return window;
}

interface Wish {
  readonly skip?: boolean;
  readonly from?: number;
  readonly archived?: readonly IndexedSegment[];
  readonly uri?: Uri;
}

function playlistOf(
  window: StreamWindow,
  name = 'main',
  { skip = false, from, archived, uri = asItIs }: Wish = {},
): string {
  const rendition = window.rendition(name)!;
  return textOf(livePlaylist({ stream: window, rendition, listed, from, archived, skip, uri }), uri);
}

/** What the index would hold of a segment. */
function indexed(segment: Segment): IndexedSegment {
  const { epoch, media, discontinuities, discontinuity, gap, captured, timescale, time, duration, ordinal } =
    segment;
  const numbers = { epoch, media, discontinuities, captured, timescale, time, duration, ordinal };
  const parts = segment.parts.length;
  return {
    kind: 'segment',
    stream: 'cam',
    ...numbers,
    discontinuity,
    gap,
    parts,
    first: 0,
    next: 1,
    sizes: {},
  };
}

test('A live playlist, word for word', () => {
  const made = new LiveScript({ renditions: ['main', 'small'] }).segments(7).parts(2).made;
  assert.equal(
    playlistOf(windowOf(made)),
    `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:1
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.60000,HOLD-BACK=3.00000,CAN-SKIP-UNTIL=6.00000
#EXT-X-PART-INF:PART-TARGET=0.20000
#EXT-X-MEDIA-SEQUENCE:1
#EXT-X-DISCONTINUITY-SEQUENCE:0
#EXT-X-MAP:URI="init-1.mp4"
${['14:13:21', '14:13:22', '14:13:23'].map((time, at) => `#EXT-X-PROGRAM-DATE-TIME:2026-09-21T${time}.000Z\n#EXTINF:1.00000,\nseg-1-${at + 1}.m4s\n`).join('')}${'' /* older than three target durations: no parts */}#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:24.000Z
#EXTINF:1.00000,
seg-1-4.m4s
${[5, 6]
  .map(
    (media) => `#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:2${media}.000Z
${[0, 1, 2, 3, 4].map((part) => `#EXT-X-PART:DURATION=0.20000${part === 0 ? ',INDEPENDENT=YES' : ''},URI="part-1-${media * 5 + part}.m4s"`).join('\n')}
#EXTINF:1.00000,
seg-1-${media}.m4s
`,
  )
  .join('')}#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:27.000Z
#EXT-X-PART:DURATION=0.20000,INDEPENDENT=YES,URI="part-1-35.m4s"
#EXT-X-PART:DURATION=0.20000,URI="part-1-36.m4s"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-1-37.m4s"
#EXT-X-RENDITION-REPORT:URI="../small/live.m3u8",LAST-MSN=7,LAST-PART=1
`,
  );
});

test('A delta update merges into the full playlist', () => {
  const window = windowOf(
    new LiveScript({ partsPerSegment: 5 }).segments(3).restart().segments(10).parts(3).made,
  );
  const full = playlistOf(window, 'main', {
    from: 0,
    archived: window.rendition('main')!.segments.map(indexed),
  });
  const delta = playlistOf(window, 'main', {
    from: 0,
    archived: window.rendition('main')!.segments.map(indexed),
    skip: true,
  });
  const skipped = Number(/#EXT-X-SKIP:SKIPPED-SEGMENTS=(\d+)/.exec(delta)?.[1]);
  assert.ok(skipped > 0);
  const uris = (text: string) =>
    text.split('\n').filter((line) => line.endsWith('.m4s') && !line.startsWith('#'));
  assert.deepEqual(uris(full).slice(skipped), uris(delta));
  const tail = (text: string) => text.slice(text.indexOf('#EXT-X-PROGRAM', text.indexOf(uris(delta)[0]!)));
  assert.equal(tail(full), tail(delta));
});

test('Discontinuities are counted as segments leave', () => {
  const script = new LiveScript();
  const seen: string[] = [];
  const window = new StreamWindow('cam', { listed });
  script.segments(4).restart().segments(3).restart().segments(12);
  for (const { record, bytes } of script.made) {
    window.apply(record, bytes);
    if (window.empty) continue;
    const text = playlistOf(window);
    const first = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1]);
    const sequence = Number(/DISCONTINUITY-SEQUENCE:(\d+)/.exec(text)?.[1]);
    const tags = text.match(/#EXT-X-DISCONTINUITY\n/g)?.length ?? 0;
    const newest = window.rendition('main')!.segments.at(-1)!.discontinuities;
    assert.equal(sequence + tags, newest, `from segment ${first} on`);
    seen.push(`${sequence}`);
  }
  assert.deepEqual([...new Set(seen)], ['0', '1', '2']);
});

test('A segment has the same text in the window and from the archive', () => {
  const { made } = new LiveScript().segments(3).gap().restart().segments(7);
  const window = windowOf(made);
  const { segments } = window.rendition('main')!;
  const closed = segments.filter((segment) => segment.closed);
  const vod = textOf(vodPlaylist({ segments: closed.map(indexed), targets: window.targets }), asItIs);
  const lines = playlistOf(window, 'main', { from: 0, archived: segments.map(indexed) }).split('\n');
  for (const line of vod.split('\n')) {
    if (line.startsWith('#EXT-X-PLAYLIST-TYPE') || line === '#EXT-X-ENDLIST') continue;
    assert.ok(lines.includes(line), line);
  }
  assert.match(vod, /#EXT-X-GAP\n#EXTINF:1\.00000,\nseg-1-3\.m4s/);
});

test('At the end nothing is hinted', () => {
  const text = playlistOf(windowOf(new LiveScript().segments(7).end().made));
  assert.match(text, /#EXT-X-ENDLIST\n$/);
  assert.doesNotMatch(text, /PRELOAD-HINT|RENDITION-REPORT/);
});

test('Tokens stand in every URI', () => {
  const made = new LiveScript({ renditions: ['main', 'small'] }).segments(7).parts(1).made;
  const text = playlistOf(windowOf(made), 'main', { uri: (uri) => `${uri}?token=x` });
  const uris = [...text.matchAll(/URI="([^"]+)"|^([^#\n].*)$/gm)].map((match) => match[1] ?? match[2]!);
  assert.ok(uris.length > 10);
  for (const uri of uris) assert.match(uri, /\?token=x$/);
});

const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.constant('segment' as const) },
  { weight: 1, arbitrary: fc.constantFrom('gap', 'cut', 'again') },
);

test('Every playlist of every history is one that others can read, and numbers never go back', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 25 }), fc.constantFrom(1, 3), (steps, chunksPerPart) => {
      const script = new LiveScript({ chunksPerPart, renditions: ['main', 'small'] }).segments(1);
      for (const step of steps) {
        if (step === 'segment') script.segments(1);
        if (step === 'gap') script.gap();
        if (step === 'cut') script.parts(2).restart();
        if (step === 'again') script.parts(2).restart(false).segments(1);
      }
      const window = new StreamWindow('cam', { listed });
      let before = -1;
      for (const { record, bytes } of script.made) {
        window.apply(record, bytes);
        const rendition = window.rendition('main');
        if (rendition === undefined) continue;
        const text = playlistOf(window);
        const parsed = HLS.parse(text) as HLS.types.MediaPlaylist;
        const first = parsed.mediaSequenceBase ?? 0;
        assert.ok(first >= before, 'the media sequence goes back');
        before = first;
        const hints = text.match(/#EXT-X-PRELOAD-HINT/g)?.length;
        assert.equal(hints, 1);
        const { epoch } = rendition.segments.at(-1)!;
        if (!rendition.segments.at(-1)!.gap) assert.ok(text.includes(`#EXT-X-MAP:URI="init-${epoch}.mp4"`));
      }
    }),
    { numRuns: 40 },
  );
});

test('From a segment on: players begin there, reports lead to the like, and near the edge nothing is said of it', () => {
  const window = windowOf(new LiveScript({ renditions: ['main', 'small'] }).segments(30).parts(2).made);
  const archived = window.rendition('main')!.segments.map(indexed);
  const early = playlistOf(window, 'main', { from: 22, archived });
  assert.match(early, /MEDIA-SEQUENCE:22\n.*\n#EXT-X-START:TIME-OFFSET=0\.00000,PRECISE=YES\n/);
  assert.match(early, /RENDITION-REPORT:URI="\.\.\/small\/live\.m3u8\?from=22"/);
  const late = playlistOf(window, 'main', { from: 26, archived });
  assert.match(late, /MEDIA-SEQUENCE:24\n.*\n#EXT-X-START:TIME-OFFSET=2\.00000,PRECISE=YES\n/);
  const last = playlistOf(window, 'main', { from: 29, archived });
  assert.doesNotMatch(last, /EXT-X-START/);
});

test('A whole programme is listed in full, wherever one begins', () => {
  const window = windowOf(new LiveScript().segments(9).end().made);
  const segments = window.rendition('main')!.segments.map(indexed);
  const vod = textOf(vodPlaylist({ segments, targets: window.targets, from: 4 }), asItIs);
  assert.match(
    vod,
    /#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MEDIA-SEQUENCE:0\n.*\n#EXT-X-START:TIME-OFFSET=4\.00000/,
  );
  assert.equal(vod.match(/#EXTINF/g)?.length, 9);
});
