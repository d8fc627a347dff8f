/** Playlists at their edges: what a delta update leaves out, where lists are cut, where parts end, and where nothing is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveScript, type MadeRecord } from '../../../test/support/live-records.ts';
import type { IndexedSegment } from '../../records/live-index.ts';
import type { Segment } from '../contract.ts';
import { StreamWindow } from '../window/window.ts';
import { type LivePlaylistOptions, livePlaylist, vodPlaylist } from './media.ts';
import { textOf } from './pieces.ts';

const plain = (uri: string) => uri;
const listed = 6_000_000;

function windowOf(made: readonly MadeRecord[], listing = listed): StreamWindow {
  const window = new StreamWindow('cam', { listed: listing });
  for (const { record, bytes } of made) window.apply(record, bytes);
  return window;
}

function indexed({ parts, closed: _, ...segment }: Segment): IndexedSegment {
  return { kind: 'segment', stream: 'cam', ...segment, parts: parts.length, first: 0, next: 1, sizes: {} };
}

/** All segments of a script, as the index would have them. */
const archiveOf = ({ made }: LiveScript): IndexedSegment[] =>
  windowOf(made, 1e15)
    .rendition('main')!
    .segments.filter(({ closed }) => closed)
    .map((one) => indexed({ ...one }));

function textFrom(window: StreamWindow, options: Partial<LivePlaylistOptions> = {}): string {
  const rendition = window.rendition('main')!;
  return textOf(
    livePlaylist({ stream: window, rendition, listed, skip: false, uri: plain, ...options }),
    plain,
  );
}

const numbersIn = (text: string) =>
  [...text.matchAll(/^seg-\d+-(\d+)\.m4s$/gm)].map((match) => Number(match[1]));
const skippedIn = (text: string) => Number(/SKIPPED-SEGMENTS=(\d+)/.exec(text)?.[1] ?? 0);

test('A delta update leaves out what ended six target durations before the end, and no more (RFC 8216bis, 4.4.5.2)', () => {
  for (const count of [7, 30, 300]) {
    const script = new LiveScript().segments(count).parts(2);
    const archived = archiveOf(script);
    // A server that has all that is listed, and one that began to read just now.
    for (const made of [script.made, script.made.slice(-15)]) {
      const text = textFrom(windowOf(made), { from: 0, archived, skip: true });
      // The end is 0.4 s behind the last closed one.
      assert.equal(skippedIn(text), count - 6, `${count}`);
      assert.deepEqual(
        numbersIn(text),
        [6, 5, 4, 3, 2, 1].map((back) => count - back),
      );
    }
  }
  // Segments of 0.4 s; the first ends just at the boundary.
  const short = new LiveScript();
  for (let count = 0; count < 16; count += 1) short.parts(2).close();
  const archived = archiveOf(short.parts(1));
  const delta = (made: readonly MadeRecord[]) => textFrom(windowOf(made), { from: 0, archived, skip: true });
  assert.equal(skippedIn(delta(short.made)), 1);
  // Of what is shorter than that nothing is left out.
  const few = new LiveScript().segments(5).parts(2);
  assert.doesNotMatch(
    textFrom(windowOf(few.made), { from: 0, archived: archiveOf(few), skip: true }),
    /SKIP:/,
  );
});

test('A list of hundreds is the same behind its first segments, wherever an encoder began anew', () => {
  for (let cut = 284; cut <= 300; cut += 1) {
    const script = new LiveScript()
      .segments(cut)
      .restart(false)
      .restart(false)
      .segments(301 - cut)
      .parts(2);
    const archived = archiveOf(script);
    for (const made of [script.made, script.made.slice(-15)]) {
      const window = windowOf(made);
      const [long, some] = [0, 200].map((from) => textFrom(window, { from, archived }));
      assert.match(long!, /\n#EXT-X-START:TIME-OFFSET=0\.00000,PRECISE=YES\n/);
      const behind = (text: string) => text.slice(text.indexOf('seg-1-210.m4s'));
      assert.equal(behind(long!), behind(some!), `${cut}`);
      assert.equal(some!.match(/#EXT-X-DISCONTINUITY\n/g)?.length, 2);
    }
  }
});

test('Each new beginning has its tag before the segment that follows it, also before the second', () => {
  const text = textFrom(
    windowOf(new LiveScript().segments(1).restart(false).restart(false).segments(3).made),
  );
  assert.match(
    text,
    /seg-1-0\.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init-3\.mp4"/,
  );
});

test('Three segments have parts; a hint that stands alone is the beginning of one', () => {
  const withParts = (script: LiveScript) =>
    [
      ...textFrom(windowOf(script.made)).matchAll(
        /(#EXT-X-PART:.*\n)+(?:#EXT-X-GAP\n)?#EXTINF.*\nseg-\d+-(\d+)/g,
      ),
    ].map((match) => Number(match[2]));
  assert.deepEqual(withParts(new LiveScript().segments(7).parts(1)), [5, 6]);
  assert.deepEqual(withParts(new LiveScript().segments(7).gap()), [6]);
  assert.deepEqual(withParts(new LiveScript().segments(7).end()), [4, 5, 6]);
});

test('Of a gap the first part is reported, as of a segment that has one', () => {
  const report = (script: LiveScript) =>
    /LAST-MSN=\d+,LAST-PART=\d+/.exec(textFrom(windowOf(script.made)))?.[0];
  const script = new LiveScript({ renditions: ['main', 'small'] }).segments(7);
  assert.equal(report(script.parts(1)), 'LAST-MSN=7,LAST-PART=0');
  assert.equal(report(script.close().gap()), 'LAST-MSN=8,LAST-PART=0');
});

test('A programme of nothing is a playlist, and who begins behind its end begins where he would', () => {
  const targets = { part: 200_000, segment: 1_000_000 };
  const vod = (segments: readonly IndexedSegment[], from?: number) =>
    textOf(vodPlaylist({ segments, targets, from }), plain);
  assert.equal(
    vod([]),
    [
      ...['#EXTM3U', '#EXT-X-VERSION:9', '#EXT-X-TARGETDURATION:1', '#EXT-X-INDEPENDENT-SEGMENTS'],
      ...['#EXT-X-PLAYLIST-TYPE:VOD', '#EXT-X-MEDIA-SEQUENCE:0', '#EXT-X-DISCONTINUITY-SEQUENCE:0'],
      ...['#EXT-X-ENDLIST', ''],
    ].join('\n'),
  );
  const segments = archiveOf(new LiveScript().segments(3).end());
  assert.match(vod(segments, 2), /TIME-OFFSET=2\.00000/);
  for (const from of [3, 99, undefined]) assert.doesNotMatch(vod(segments, from), /EXT-X-START/);
});
