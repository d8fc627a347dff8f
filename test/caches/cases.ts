/** What every cache before `sluice serve` has to do. A stream made on paper, so that each part comes when it is told to. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { DeliveryServer } from '../../src/delivery/http/server.ts';
import { makeToken } from '../../src/delivery/http/tokens.ts';
import { type Got, get, metric, startDelivery } from '../support/delivery.ts';
import { LiveScript } from '../support/live-records.ts';
import { MadeStreams } from '../support/made-streams.ts';
import { waitFor } from '../support/wait.ts';

/** Starts a cache before a server. Resolves with its URL. */
export type StartCache = (t: TestContext, server: string) => Promise<string>;

const key = 'a key that nobody knows';
const token = (stream: string, milliseconds = 3_600_000) => makeToken(key, stream, Date.now() + milliseconds);

/** Segments of 2 s; it has come to the second part of segment 4. */
async function stage(t: TestContext, start: StartCache, watchKey?: string) {
  const publisher = new LiveScript({ partTarget: 400 }).segments(12);
  const streams = new MadeStreams().play(publisher, 4 * 6 + 3);
  const server = await startDelivery(t, streams, watchKey === undefined ? {} : { watchKey });
  const url = await start(t, new URL(server.url).host);
  return { publisher, streams, server, url };
}

/** Requests for media and playlists that the server has answered, or holds. */
async function asked(server: DeliveryServer): Promise<number> {
  const text = (await get(`${server.url}/metrics`)).body.toString();
  const lines = text.split('\n').filter((line) => /^sluice_requests_total\{(?!kind="permit")/.test(line));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

export function cacheCases(name: string, start: StartCache): void {
  test(`${name}: whoever waits for a part is joined, and has it when it comes`, async (t) => {
    const { publisher, streams, server, url } = await stage(t, start);
    const viewers = 200;
    const many = (path: string): Promise<Got[]> =>
      Promise.all(Array.from({ length: viewers }, () => get(url + path)));
    const before = await asked(server);
    const playlists = many('/live/cam/main/live.m3u8?_HLS_msn=4&_HLS_part=2');
    const parts = many('/live/cam/main/part-1-22.m4s');
    await waitFor(async () => (await asked(server)) >= before + 2, { what: 'both at the server' });
    // Longer than anybody waits at a time.
    const since = performance.now();
    await waitFor(() => performance.now() - since > 700, { what: 'several looks into the cache' });
    streams.play(publisher, 1);
    const [first] = await playlists;
    for (const { status, body } of await playlists) assert.deepEqual([status, body], [200, first?.body]);
    for (const { status } of await parts) assert.equal(status, 200);
    const more = (await asked(server)) - before;
    assert.ok(
      more >= 2 && more <= 0.1 * 2 * viewers,
      `${more} requests of ${2 * viewers} came to the server`,
    );
  });

  test(`${name}: whoever waits for a part that will never come is told soon, by one answer for all`, async (t) => {
    const { publisher, streams, server, url } = await stage(t, start);
    const viewers = 50;
    const before = await asked(server);
    const waiting = Promise.all(
      Array.from({ length: viewers }, () => get(`${url}/live/cam/main/part-1-22.m4s`)),
    );
    await waitFor(async () => (await asked(server)) > before, { what: 'one at the server' });
    const since = performance.now();
    await waitFor(() => performance.now() - since > 300, { what: 'a look into the cache' });
    publisher.made.splice(0);
    streams.play(publisher.restart().segments(1));
    for (const { status } of await waiting) assert.equal(status, 404);
    const more = (await asked(server)) - before;
    assert.ok(more <= 0.1 * viewers, `${more} requests of ${viewers} came to the server`);
  });

  test(`${name}: a token does not split the cache, and who has none is refused`, async (t) => {
    const { server, url } = await stage(t, start, key);
    const at = (who: string, path: string) => get(`${url}/t/${who}/live/cam/${path}`);
    const [one, other] = [token('cam'), token('*')];
    const first = await at(one, 'main/live.m3u8?_HLS_msn=4&_HLS_part=0');
    assert.equal(first.status, 200);
    assert.ok(!first.body.toString().includes('token'), 'nothing in it is for one viewer alone');
    const media = await at(one, 'main/part-1-20.m4s');
    const before = await asked(server);
    assert.deepEqual((await at(other, 'main/live.m3u8?_HLS_msn=4&_HLS_part=0&x=1')).body, first.body);
    assert.deepEqual((await at(other, 'main/part-1-20.m4s?y=2')).body, media.body);
    assert.equal(await asked(server), before, 'the server was not asked');
    for (const wrong of [
      token('another'),
      `${one.slice(0, -1)}!`.replace('!', one.endsWith('A') ? 'B' : 'A'),
    ]) {
      assert.equal((await at(wrong, 'main/part-1-20.m4s')).status, 403);
    }
    const refused = await get(`${url}/live/cam/main/part-1-20.m4s`);
    assert.deepEqual([refused.status, refused.headers['access-control-allow-origin']], [403, '*']);
    const brief = token('cam', 2000);
    assert.equal((await at(brief, 'main/part-1-20.m4s')).status, 200);
    await waitFor(async () => (await at(brief, 'main/part-1-20.m4s')).status === 403, {
      what: 'a token that is believed no longer than it is valid',
    });
    const led = await get(`${url}/live/cam/index.m3u8?token=${one}&from=-5`);
    assert.deepEqual([led.status, led.headers['access-control-allow-origin']], [302, '*']);
    const { pathname } = new URL(led.headers.location ?? '', url);
    assert.equal(pathname, `/t/${one}/live/cam/index.m3u8`);
    assert.equal((await get(new URL(led.headers.location ?? '', url).href)).status, 200);
  });

  test(`${name}: what is for now is asked for anew, and an end is not kept for the next programme`, async (t) => {
    const { publisher, streams, url } = await stage(t, start);
    const bare = async () => (await get(`${url}/live/cam/main/live.m3u8`)).body.toString();
    const early = await bare();
    streams.play(publisher, 6);
    await waitFor(async () => (await bare()) !== early, { what: 'a playlist that has gone on' });
    const waiting = get(`${url}/live/cam/main/live.m3u8?_HLS_msn=12&_HLS_part=0`);
    streams.play(publisher);
    streams.play(publisher.end());
    assert.match((await waiting).body.toString(), /#EXT-X-ENDLIST/);
    await waitFor(async () => (await bare()).includes('ENDLIST'), { what: 'the end' });
    streams.play(publisher.restart(false).segments(2));
    assert.doesNotMatch(await bare(), /#EXT-X-ENDLIST/);
    const next = await get(`${url}/live/cam/main/live.m3u8?_HLS_msn=12&_HLS_part=0`);
    assert.doesNotMatch(next.body.toString(), /#EXT-X-ENDLIST/);
  });

  test(`${name}: what is not there is not there for long, and ranges, HEAD and compression are as they were`, async (t) => {
    const { server, url } = await stage(t, start);
    assert.equal((await get(`${url}/live/other/index.m3u8`)).status, 404);
    for (const path of ['metrics', 'livez', 'readyz', 'healthz'])
      assert.equal((await get(`${url}/${path}`)).status, 404, path);
    assert.ok((await metric(server, 'process_cpu_seconds_total')) > 0, 'the server has it');
    const path = `${url}/live/cam/main/part-1-20.m4s`;
    const whole = await get(path);
    const range = await get(path, { range: 'bytes=2-5' });
    assert.deepEqual([range.status, range.body], [206, whole.body.subarray(2, 6)]);
    const head = await get(path, {}, 'HEAD');
    assert.deepEqual([head.status, head.body.length], [200, 0]);
    const playlist = `${url}/live/cam/main/live.m3u8?_HLS_msn=4&_HLS_part=0`;
    const zipped = await get(playlist, { 'accept-encoding': 'gzip' });
    const plain = await get(playlist);
    assert.equal(zipped.headers['content-encoding'], 'gzip');
    assert.match(plain.body.toString(), /^#EXTM3U/);
    assert.equal(plain.headers['surrogate-key'], undefined);
  });

  test(`${name}: a permit that one viewer has asked for lets nobody else in`, async (t) => {
    const { url } = await stage(t, start, key);
    assert.equal((await get(`${url}/t/${token('cam')}/live/cam/permit`)).status, 200);
    assert.equal((await get(`${url}/live/cam/permit`)).status, 403);
    assert.equal((await get(`${url}/live/cam/index.m3u8`)).status, 403);
  });

  test(`${name}: what somebody asks for in other letters is not what others get who ask for it rightly`, async (t) => {
    const { publisher, streams, server, url } = await stage(t, start);
    const playlist = `${url}/live/cam/main/live.m3u8`;
    const foreign = ['?_hls_msn=4&_hls_part=3', '?_HLS_msn=0&_HLS_msn=4&_HLS_part=3'];
    const before = await asked(server);
    const answers = Promise.all(foreign.map((query) => get(playlist + query)));
    const old = (await get(`${playlist}?_HLS_ms%6e=4&_HLS_part=0`)).body.toString();
    await waitFor(async () => (await asked(server)) >= before + 3, { what: 'all at the server' });
    streams.play(publisher, 6);
    await answers;
    const right = await get(`${playlist}?_HLS_msn=4&_HLS_part=3`);
    assert.match(right.body.toString(), /part-1-23\.m4s/);
    assert.notEqual((await get(playlist)).body.toString(), old);
  });

  test(`${name}: what is for operators is not reached behind a handshake either`, async (t) => {
    const { url } = await stage(t, start);
    const { hostname, port } = new URL(url);
    for (const [path, connection] of [
      ['/live/cam/ws', 'keep-alive'],
      ['/healthy', 'keep-alive'],
      ['/healthy', 'upgrade'],
      ['/live/other/ws', 'upgrade'],
    ]) {
      const socket = connect(Number(port), hostname);
      t.after(() => socket.destroy());
      const heads = [
        `GET ${path} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: ${connection}\r\n\r\n`,
        'GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n',
      ];
      for (const head of heads) socket.write(head);
      assert.doesNotMatch(await text(socket), /sluice_requests_total/, `${path}, ${connection}`);
    }
    const viewer = new WebSocket(`${url.replace('http', 'ws')}/live/cam/ws`);
    t.after(() => viewer.close());
    await once(viewer, 'open');
  });
}
