import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPlaylist } from '../../../test/support/exported.ts';
import { LiveScript } from '../../../test/support/live-records.ts';
import { plainManifest } from '../dash/plain.ts';
import { StreamWindow } from '../window/window.ts';
import { textOf } from './pieces.ts';
import { plainPlaylist } from './plain.ts';

const targets = { part: 200_000, segment: 1_000_000 };
const uri = (text: string): string => text;

function segmentsOf(script: LiveScript) {
  const window = new StreamWindow('cam', { listed: 1e12 });
  for (const { record, bytes } of script.made) window.apply(record, bytes);
  return window.rendition('main')!.segments;
}

test('A plain playlist has whole segments, with all that is to be said of them', () => {
  const segments = segmentsOf(new LiveScript().segments(1).gap().restart(false).segments(1).end());
  const text = textOf(plainPlaylist({ segments, targets, type: 'EVENT', over: false }), uri);
  assert.equal(
    text,
    `#EXTM3U
#EXT-X-VERSION:8
#EXT-X-TARGETDURATION:1
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-DISCONTINUITY-SEQUENCE:0
#EXT-X-MAP:URI="init-1.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:20.000Z
#EXTINF:1.00000,
seg-1-0.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:21.000Z
#EXT-X-GAP
#EXTINF:1.00000,
seg-1-1.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="init-2.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:23.000Z
#EXTINF:1.00000,
seg-2-2.m4s
`,
  );
  const over = textOf(plainPlaylist({ segments, targets, type: 'EVENT', over: true }), uri);
  assert.equal(over, `${text}#EXT-X-ENDLIST\n`);
});

test('However many segments there are, a playlist only grows, and discontinuities that left it are counted', () => {
  const script = new LiveScript({ partsPerSegment: 1, partTarget: 1000 });
  for (let run = 0; run < 5; run += 1) script.segments(130).restart(false);
  const segments = segmentsOf(script.end());
  let before = '';
  for (const count of [1, 255, 256, 257, 300, segments.length]) {
    const pieces = plainPlaylist({ segments: segments.slice(0, count), targets, type: 'EVENT', over: false });
    const text = textOf(pieces, uri);
    assert.ok(text.startsWith(before));
    assert.equal(readPlaylist(text).segments.length, count);
    before = text;
  }
  const late = textOf(
    plainPlaylist({ segments: segments.slice(261), targets, type: undefined, over: false }),
    uri,
  );
  assert.deepEqual([readPlaylist(late).first, readPlaylist(late).discontinuities], [261, 2]);
  assert.doesNotMatch(late, /PLAYLIST-TYPE/);
});

test('A plain manifest names each segment, and what an epoch was announced by', () => {
  const segments = segmentsOf(
    new LiveScript().segments(3).gap().segments(1).gap().restart().segments(2).end(),
  );
  const facts = {
    codecs: 'avc1.64001f',
    width: 640,
    height: 360,
    frameRate: 30_000,
    bandwidth: 9,
    averageBandwidth: 8,
  };
  const epochOf = (epoch: number) => ({
    start: 1_790_000_000 + (epoch === 1 ? 1 : 10),
    variants: [{ name: 'main', facts: { ...facts, width: 640 * epoch } }],
  });
  const of = (over: boolean): string =>
    plainManifest({ targets, segments, epochOf, over, name: 'manifest.mpd' });
  const live = of(false);
  assert.match(live, /type="dynamic"/);
  assert.doesNotMatch(live, /availabilityTimeOffset|ServiceDescription/);
  // FFmpeg, which would ask without a pause for what is not there yet, ends at once.
  assert.match(live, /<ffmpeg:period xmlns:ffmpeg="urn:sluice:ffmpeg" ffmpeg:Duration="PT4000000000S"\/>/);
  assert.match(live, /<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-head:2014" value="manifest\.mpd"\/>/);
  // What stands behind a gap is a period of its own: nobody asks for what is not there.
  assert.match(
    live,
    /id="e1" start="PT1790000001S" duration="PT3S"[\s\S]*startNumber="0"[\s\S]*<S t="0" d="15360" r="2"\/>/,
  );
  assert.match(
    live,
    /id="m4" start="PT1790000005S" duration="PT1S"[\s\S]*presentationTimeOffset="61440" startNumber="4"/,
  );
  assert.match(live, /id="e2" start="PT1790000010S">[\s\S]*width="1280"[\s\S]*startNumber="7"/);
  // What is listed no more changes neither when a period began nor what it is called.
  const late = plainManifest({ targets, segments, first: 2, epochOf, over: false, name: 'manifest.mpd' });
  assert.match(
    late,
    /id="e1" start="PT1790000001S" duration="PT3S"[\s\S]*startNumber="2"[\s\S]*<S t="30720" d="15360"\/>/,
  );
  const vod = of(true);
  assert.match(vod, /type="static" mediaPresentationDuration="PT6S"/);
  // One period, with segments as they stand, and an init for each track.
  assert.match(
    vod,
    /<ffmpeg:period [\s\S]*startNumber="0" ffmpeg:initialization="main\/video-init-1\.mp4" ffmpeg:media="main\/seg-1-\$Number\$\.m4s">/,
  );
  assert.deepEqual(
    [...vod.matchAll(/<Period id="(m\d+)"/g)].map(([, id]) => id),
    ['m0', 'm4', 'm7'],
  );
});

test('GStreamer knows a manifest from its first 512 bytes, and counts from a period that begins at 0', () => {
  const facts = { codecs: 'avc1.64001f,mp4a.40.2', width: 640, height: 360, frameRate: 30_000 };
  const variants = [{ name: 'main', facts: { ...facts, bandwidth: 9, averageBandwidth: 8 } }];
  const of = (segments: ReturnType<typeof segmentsOf>): string =>
    plainManifest({
      ...{ targets, segments, over: false, name: 'manifest.mpd' },
      epochOf: (epoch) => ({ start: 1_790_000_000.123 + 10 * epoch, variants }),
    });
  const young = segmentsOf(new LiveScript({ partsPerSegment: 1, partTarget: 1001 }).segments(2));
  const days = segmentsOf(new LiveScript({ partsPerSegment: 1, partTarget: 1_000_001 }).segments(100));
  for (const [segments, delay] of [
    [young, 'PT1.002S'],
    [days, 'PT3S'],
  ] as const) {
    const text = of(segments);
    // What is served as text/plain, as nginx does, is known by its root element, and only if that ends there.
    assert.ok(text.indexOf('>', text.indexOf('<MPD')) < 512, text.slice(0, 600));
    assert.match(
      text,
      / gst:availabilityStartTime="2026-09-21T14:13:30\.123Z" .* availabilityStartTime="1970-/,
    );
    assert.match(text, /<Period gst:start="PT0S" id="e1" start="PT1790000010\.123S"/);
    assert.equal(/[a-z]:?suggestedPresentationDelay="([^"]*)"/.exec(text)?.[1], delay);
  }
  assert.doesNotMatch(of(segmentsOf(new LiveScript().segments(3).restart().segments(2))), /gst:start/);
});
