/** Playlists over HTTP: what waits, what is refused, and what caches may keep. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { IndexedSegment } from '../../src/records/live-index.ts';
import { get, metric, startDelivery, startStream } from '../support/delivery.ts';
import { LiveScript, someFacts } from '../support/live-records.ts';
import { MadeStreams } from '../support/made-streams.ts';
import { waitFor } from '../support/wait.ts';

const hint = (text: string) => /PRELOAD-HINT:TYPE=PART,URI="([^"]+)"/.exec(text)?.[1];

/** Asks, and tells whether it has been answered yet. */
function ask(url: string) {
  const asked = { answered: false, got: get(url) };
  asked.got.then(
    () => {
      asked.answered = true;
    },
    () => {},
  );
  return asked;
}

test('The playlist as it is, with what everybody may know of it', async (t) => {
  const { url } = await startStream(t);
  const { status, headers, body } = await get(`${url}/main/live.m3u8`);
  assert.equal(status, 200);
  assert.match(body.toString(), /^#EXTM3U\n/);
  assert.equal(hint(body.toString()), 'part-1-22.m4s');
  assert.equal(headers['content-type'], 'application/vnd.apple.mpegurl');
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.equal(headers['content-length'], String(body.length));
  assert.equal(headers['cache-control'], 'public, max-age=0');
  assert.equal(headers.age, '0');
  assert.equal(headers['content-encoding'], undefined);
  assert.match(headers.vary ?? '', /Accept-Encoding/);
});

test('The manifest of DASH', async (t) => {
  const { url } = await startStream(t);
  const { status, headers, body } = await get(`${url}/manifest.mpd`);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'application/dash+xml');
  assert.match(body.toString(), /type="dynamic"/);
  const { etag = '' } = headers;
  assert.equal((await get(`${url}/manifest.mpd`, { 'if-none-match': etag })).status, 304);
});

test('Compressed for those who take it, and not sent again to those who have it', async (t) => {
  const { url, next } = await startStream(t);
  const plain = await get(`${url}/main/live.m3u8`);
  const gzipped = await get(`${url}/main/live.m3u8`, { 'accept-encoding': 'br, gzip' });
  assert.equal(gzipped.headers['content-encoding'], 'gzip');
  assert.deepEqual(gunzipSync(gzipped.body), plain.body);
  const tag = gzipped.headers.etag ?? '';
  assert.match(tag, /^W\/"/);
  const again = await get(`${url}/main/live.m3u8`, { 'if-none-match': tag });
  assert.equal(again.status, 304);
  assert.equal(again.body.length, 0);
  next();
  assert.equal((await get(`${url}/main/live.m3u8`, { 'if-none-match': tag })).status, 200);
});

test('A request for the next part waits for it, and everybody who waits has the same answer', async (t) => {
  const { url, next, server } = await startStream(t);
  const asked = Array.from({ length: 20 }, () => ask(`${url}/main/live.m3u8?_HLS_msn=4&_HLS_part=2`));
  await waitFor(async () => (await metric(server, 'sluice_held_requests{stream="cam"}')) === 20);
  assert.ok(asked.every(({ answered }) => !answered));
  next();
  const answers = await Promise.all(asked.map(({ got }) => got));
  for (const { status, headers, body } of answers) {
    assert.equal(status, 200);
    assert.equal(hint(body.toString()), 'part-1-23.m4s');
    assert.deepEqual(body, answers[0]?.body);
    assert.equal(headers['cache-control'], 'public, max-age=6');
  }
  const part = await get(`${url}/main/part-1-22.m4s`);
  assert.equal(part.status, 200);
});

test('Without a part it waits for the whole segment; a part past its end is the next one', async (t) => {
  const { url, next } = await startStream(t);
  const segment = ask(`${url}/main/live.m3u8?_HLS_msn=4`);
  const past = ask(`${url}/main/live.m3u8?_HLS_msn=4&_HLS_part=5`);
  const part = ask(`${url}/main/live.m3u8?_HLS_msn=4&_HLS_part=4`);
  await get(`${url}/main/live.m3u8`);
  next(3);
  assert.equal(hint((await part.got).body.toString()), 'part-1-25.m4s');
  assert.equal(segment.answered || past.answered, false);
  next(2);
  for (const { got } of [segment, past]) assert.match((await got).body.toString(), /seg-1-4\.m4s/);
});

test('What is there already is answered at once', async (t) => {
  const { url } = await startStream(t);
  for (const query of ['_HLS_msn=0', '_HLS_msn=4&_HLS_part=1', '_HLS_msn=3', '_HLS_msn=3&_HLS_part=4']) {
    const { status, body } = await get(`${url}/main/live.m3u8?${query}`);
    assert.equal(status, 200, query);
    assert.equal(hint(body.toString()), 'part-1-22.m4s', query);
  }
});

test('What no player asks for is refused', async (t) => {
  const { url } = await startStream(t);
  for (const query of [
    '_HLS_part=1',
    '_HLS_msn=7',
    '_HLS_msn=x',
    '_HLS_msn=4&_HLS_part=-1',
    '_HLS_msn=4&_HLS_part=99',
  ]) {
    const { status, headers, body } = await get(`${url}/main/live.m3u8?${query}`);
    assert.equal(status, 400, query);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.ok(body.length > 0);
  }
});

test('Who has waited for three target durations is told so', async (t) => {
  // A segment has 200 ms: three of them are soon over.
  const { url } = await startStream(t, { partTarget: 40 });
  const { status, headers } = await get(`${url}/main/live.m3u8?_HLS_msn=4&_HLS_part=2`);
  assert.equal(status, 503);
  assert.equal(headers['retry-after'], '1');
  const part = await get(`${url}/main/part-1-22.m4s`);
  assert.equal(part.status, 503);
});

test('A delta update leaves out what is old', async (t) => {
  const streams = new MadeStreams().play(new LiveScript().segments(30));
  const { url } = await startDelivery(t, streams, { listed: 20_000_000 });
  const whole = (await get(`${url}/live/cam/main/live.m3u8?_HLS_msn=2`)).body.toString();
  const delta = (await get(`${url}/live/cam/main/live.m3u8?_HLS_msn=2&_HLS_skip=YES`)).body.toString();
  assert.doesNotMatch(whole, /EXT-X-SKIP/);
  assert.match(delta, /#EXT-X-SKIP:SKIPPED-SEGMENTS=\d/);
  assert.ok(delta.length < whole.length);
});

function indexed(from: number, to: number): IndexedSegment[] {
  return Array.from({ length: to - from }, (_, index) => ({
    kind: 'segment' as const,
    stream: 'cam',
    epoch: 1,
    media: from + index,
    discontinuities: 0,
    discontinuity: false,
    gap: false,
    captured: 1_790_000_000_000_000 + (from + index) * 1_000_000,
    timescale: 15_360,
    time: (from + index) * 15_360,
    duration: 15_360,
    ordinal: (from + index) * 5,
    parts: 5,
    first: 0,
    next: 0,
    sizes: { main: 100 },
  }));
}

test('From a time on: the multivariant playlist leads to one that begins there', async (t) => {
  const streams = new MadeStreams().play(new LiveScript().segments(30));
  streams.indexed.set('cam', indexed(0, 30));
  const { url } = await startDelivery(t, streams);
  const at = new Date(1_790_000_003_500).toISOString();
  const index = (await get(`${url}/live/cam/index.m3u8?from=${at}`)).body.toString();
  assert.match(index, /\nmain\/live\.m3u8\?from=3\n/);
  const playlist = (await get(`${url}/live/cam/main/live.m3u8?from=3`)).body.toString();
  assert.match(playlist, /#EXT-X-MEDIA-SEQUENCE:3\n/);
  assert.match(playlist, /seg-1-3\.m4s\n[\s\S]*seg-1-28\.m4s\n[\s\S]*PRELOAD-HINT/);
  const all = (await get(`${url}/live/cam/index.m3u8?from=1000000000000`)).body.toString();
  assert.match(all, /\nmain\/live\.m3u8\?from=0\n/);
  // Later than all there is: the live edge.
  assert.match((await get(`${url}/live/cam/index.m3u8?from=-1`)).body.toString(), /\nmain\/live\.m3u8\n/);
  const bad = await get(`${url}/live/cam/index.m3u8?from=yesterday`);
  assert.equal(bad.status, 400);
  assert.match(bad.body.toString(), /write a time such as/);
});

test('After the end: the last window stays, and the whole programme is to be had', async (t) => {
  const script = new LiveScript().segments(12);
  const streams = new MadeStreams().play(script);
  const { url } = await startDelivery(t, streams, { listed: 6_000_000 });
  const waiting = ask(`${url}/live/cam/main/live.m3u8?_HLS_msn=12&_HLS_part=0`);
  assert.equal((await get(`${url}/live/cam/main/vod.m3u8`)).status, 404);
  streams.indexed.set('cam', indexed(0, 12));
  streams.play(script.end());
  const ended = await waiting.got;
  // The next programme goes on with these numbers: whoever asks a cache for them then must not hear of this end.
  assert.equal(ended.headers['cache-control'], 'no-store');
  const last = ended.body.toString();
  assert.match(last, /#EXT-X-ENDLIST\n$/);
  assert.match(last, /#EXT-X-MEDIA-SEQUENCE:6\n/);
  assert.equal((await get(`${url}/live/cam/main/live.m3u8?_HLS_msn=99`)).body.toString(), last);
  assert.match((await get(`${url}/live/cam/index.m3u8`)).body.toString(), /\nmain\/vod\.m3u8\n/);
  const whole = (await get(`${url}/live/cam/main/vod.m3u8`)).body.toString();
  assert.match(
    whole,
    /#EXT-X-PLAYLIST-TYPE:VOD\n[\s\S]*seg-1-0\.m4s\n[\s\S]*seg-1-11\.m4s\n#EXT-X-ENDLIST\n$/,
  );
});

test('A programme that was over before this server began', async (t) => {
  const streams = new MadeStreams();
  streams.indexed.set('cam', indexed(0, 3));
  const targets = { part: 200_000, segment: 1_000_000 };
  streams.recorded.set('cam', [{ name: 'main', facts: someFacts, targets }]);
  const { url } = await startDelivery(t, streams);
  assert.match((await get(`${url}/live/cam/index.m3u8`)).body.toString(), /\nmain\/vod\.m3u8\n/);
  assert.match((await get(`${url}/live/cam/main/vod.m3u8`)).body.toString(), /seg-1-2\.m4s/);
  assert.match((await get(`${url}/live/cam/manifest.mpd`)).body.toString(), /type="static"/);
  assert.equal((await get(`${url}/live/none/manifest.mpd`)).status, 404);
  assert.equal((await get(`${url}/live/cam/other/vod.m3u8`)).status, 404);
  assert.equal((await get(`${url}/live/cam/main/live.m3u8`)).status, 404);
  assert.equal((await get(`${url}/live/none/index.m3u8`)).status, 404);
});

test('Two servers give the same bytes for the same records', async (t) => {
  const script = { renditions: ['720p', '360p'] };
  const make = (from: number) => {
    const publisher = new LiveScript(script).segments(14).restart().segments(9).gap().segments(2).parts(3);
    // The second server has begun later than the first, at the beginning of a segment.
    publisher.made.splice(0, from);
    return new MadeStreams().play(publisher);
  };
  const servers = [await startDelivery(t, make(0)), await startDelivery(t, make(12))];
  const paths = [
    'index.m3u8',
    'manifest.mpd',
    '720p/live.m3u8',
    '360p/live.m3u8?_HLS_msn=26&_HLS_part=1',
    '720p/live.m3u8?_HLS_msn=26&_HLS_part=1&_HLS_skip=YES',
    '360p/seg-2-20.m4s',
    '360p/init-2.mp4',
    '720p/part-2-57.m4s',
    '720p/part-9-57.m4s',
    '360p/live.m3u8?_HLS_msn=99',
  ];
  for (const path of paths) {
    const [one, two] = await Promise.all(servers.map(({ url }) => get(`${url}/live/cam/${path}`)));
    assert.equal(one?.status, two?.status, path);
    assert.deepEqual(one?.body, two?.body, path);
    for (const name of ['etag', 'cache-control', 'content-type', 'content-length']) {
      assert.equal(one?.headers[name], two?.headers[name], `${path} ${name}`);
    }
  }
});
