/** What viewers may write costs the server no more after twelve hours than after some minutes. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { makeToken } from '../../src/delivery/http/tokens.ts';
import type { IndexedSegment } from '../../src/records/live-index.ts';
import { get, metric, startDelivery } from '../support/delivery.ts';
import { collectGarbage } from '../support/kept.ts';
import { LiveScript } from '../support/live-records.ts';
import { MadeStreams } from '../support/made-streams.ts';
import { waitFor } from '../support/wait.ts';

const began = 1_790_000_000_000_000;
const watchKey = 'a key that nobody knows';

function indexed(count: number): IndexedSegment[] {
  return Array.from({ length: count }, (_, media) => ({
    ...{
      kind: 'segment',
      stream: 'cam',
      epoch: 1,
      media,
      discontinuities: 0,
      discontinuity: false,
      gap: false,
    },
    ...{ captured: began + media * 1e6, timescale: 15_360, time: media * 15_360, duration: 15_360 },
    ...{ ordinal: media * 5, parts: 5, first: media, next: media + 1, sizes: { main: 1 } },
  }));
}

/** A stream of one-second segments that has run for so many of them. */
function streamOf(count: number, over = false): MadeStreams {
  const script = new LiveScript({ began: began + (count - 20) * 1_000_000 });
  for (let media = 0; media < count - 20; media += 1) script.close();
  script.segments(20);
  const streams = new MadeStreams().play(over ? script.end() : script.parts(1));
  streams.indexed.set('cam', indexed(count));
  return streams;
}

/** Milliseconds of the processor that so many requests take. */
async function cost(url: string, count: number, path: (number: number) => string): Promise<number> {
  // What is written once is not what is measured.
  await get(`${url}${path(count)}`, {}, 'HEAD');
  const before = process.cpuUsage();
  for (let number = 0; number < count; number += 1) await get(`${url}${path(number)}`, {}, 'HEAD');
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test('Beginnings that somebody makes up cost the same, however long the programme is', async (t) => {
  const tokens = (number: number) => `token=${makeToken(watchKey, '*', Date.now() + 1e6 + number * 1000)}`;
  const table: readonly (readonly [string, boolean, (number: number) => string])[] = [
    ['live', false, (number) => `main/live.m3u8?from=${number}`],
    ['delta', false, (number) => `main/live.m3u8?from=${number}&_HLS_skip=YES`],
    ['token', false, (number) => `main/live.m3u8?from=${number}&${tokens(number)}`],
    ['vod', true, (number) => `main/vod.m3u8?from=${number}`],
    ['vod with tokens', true, (number) => `main/vod.m3u8?from=${number}&${tokens(number)}`],
    ['manifest', true, (number) => `manifest.mpd?from=${number}`],
  ];
  for (const [name, over, path] of table) {
    const costs: number[] = [];
    for (const count of [600, 43_200]) {
      const options = name.includes('token') ? { watchKey } : {};
      const server = await startDelivery(t, streamOf(count, over), options);
      costs.push(await cost(`${server.url}/live/cam/`, 150, path));
    }
    const [short, long] = costs;
    // Before, the longer one took twenty times as much and more.
    assert.ok(long! < 6 * short! + 100, `${name}: ${short} ms, and ${long} ms after twelve hours`);
  }
});

test('A long playlist is whole, whoever asks for it, and short ones are compressed as ever', async (t) => {
  const { url } = await startDelivery(t, streamOf(43_200));
  const whole = await get(`${url}/live/cam/main/live.m3u8?from=0`, { 'accept-encoding': 'gzip' });
  assert.equal(whole.status, 200);
  assert.equal(Number(whole.headers['content-length']), whole.body.length);
  const text = whole.body.toString();
  assert.equal(text.match(/#EXTINF/g)?.length, 43_200);
  assert.match(text, /seg-1-0\.m4s\n[\s\S]*seg-1-43199\.m4s\n[\s\S]*PRELOAD-HINT.*\n$/);
  const again = await get(`${url}/live/cam/main/live.m3u8?from=0`);
  assert.deepEqual(again.body, whole.body);
  const near = await get(`${url}/live/cam/main/live.m3u8?from=43000`, { 'accept-encoding': 'gzip' });
  assert.match(gunzipSync(near.body).toString(), /MEDIA-SEQUENCE:43000\n/);
});

test('A token that means nothing is not copied; one that does is carried in every URL', async (t) => {
  const long = 'x'.repeat(1900);
  const open = await startDelivery(t, streamOf(600));
  for (const path of ['index.m3u8', 'main/live.m3u8', 'manifest.mpd']) {
    const { body } = await get(`${open.url}/live/cam/${path}?token=${long}`);
    assert.ok(!body.includes('token='), path);
    assert.deepEqual(body, (await get(`${open.url}/live/cam/${path}`)).body, path);
  }
  const { url } = await startDelivery(t, streamOf(4000), { watchKey });
  const token = makeToken(watchKey, 'cam', Date.now() + 60_000);
  const { headers, body } = await get(`${url}/live/cam/main/live.m3u8?from=0&token=${token}`);
  assert.equal(Number(headers['content-length']), body.length);
  const names = body.toString().match(/\.(?:m4s|mp4)/g)!.length;
  assert.equal(body.toString().split(`?token=${token}`).length - 1, names);
});

/** Asks on a connection of its own, and takes nothing of the answer. */
async function askAndSleep(t: TestContext, url: string, path: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
}

test('Viewers who ask for everything and take nothing cost some kilobytes each', async (t) => {
  const server = await startDelivery(t, streamOf(43_200), { watchKey });
  const token = (number: number) => makeToken(watchKey, '*', Date.now() + 1e6 + number * 1000);
  await get(`${server.url}/live/cam/main/live.m3u8?from=0&token=${token(0)}`, {}, 'HEAD');
  // Garbage of answers stays for as long as there is room: it has been 20 to 70 MB.
  const used = async () => {
    await collectGarbage();
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    return arrayBuffers + heapUsed;
  };
  const before = await used();
  for (let number = 0; number < 30; number += 1) {
    await askAndSleep(t, server.url, `/live/cam/main/live.m3u8?from=${number}&token=${token(number)}`);
  }
  await waitFor(async () => (await metric(server, 'sluice_requests_total{kind="playlist"}')) === 31);
  const grown = ((await used()) - before) / 1e6;
  assert.ok(grown < 20, `${grown} MB for thirty viewers, whose playlists have 200`);
});
