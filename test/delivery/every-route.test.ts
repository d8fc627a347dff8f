/** Every route in every protocol: each request has an answer, the same one, and none ends the server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeToken } from '../../src/delivery/http/tokens.ts';
import { get, startDelivery, startStream } from '../support/delivery.ts';
import { type Ask, askHttp1, askHttp2, certified, rawHttp2 } from '../support/protocols.ts';

const watchKey = 'a key that nobody knows';
const token = makeToken(watchKey, '*', Date.now() + 3_600_000);

/** Paths, and the status of a GET with a token; `open`: without one it is the same. */
const routes: readonly (readonly [path: string, status: number, open?: 'open'])[] = [
  ['/', 200, 'open'],
  ['/assets/hls.mjs', 200, 'open'],
  ['/assets/none', 404, 'open'],
  ['/none', 404, 'open'],
  ['/api/streams', 200, 'open'],
  ['/api/time', 200, 'open'],
  ['/api/reports', 404, 'open'],
  ['/metrics', 200, 'open'],
  ['/livez', 200, 'open'],
  ['/readyz', 200, 'open'],
  ['/healthz', 200, 'open'],
  ['/live/', 404, 'open'],
  ['/live/cam', 404, 'open'],
  ['/live/cam/index.m3u8', 200],
  ['/live/cam/index.m3u8?from=nonsense', 400],
  ['/live/other/index.m3u8', 404],
  ['/live/cam/manifest.mpd', 200],
  ['/live/other/manifest.mpd', 404],
  ['/live/cam/permit', 200],
  ['/live/cam/ws', 426],
  ['/live/other/ws', 404],
  ['/live/cam/stream.mp4', 200],
  ['/live/cam/stream.mp4?rendition=none', 404],
  ['/live/cam/snapshot.jpg', 503],
  ['/live/cam/snapshot.jpg?rendition=none', 404],
  ['/live/cam/main/live.m3u8', 200],
  ['/live/cam/main/live.m3u8?_HLS_msn=4&_HLS_part=1', 200],
  ['/live/cam/main/live.m3u8?_HLS_msn=99', 400],
  ['/live/cam/main/live.m3u8?from=0', 200],
  ['/live/cam/none/live.m3u8', 404],
  ['/live/cam/main/vod.m3u8', 404],
  ['/live/cam/main/init-1.mp4', 200],
  ['/live/cam/main/init-9.mp4', 404],
  ['/live/cam/main/part-1-21.m4s', 200],
  ['/live/cam/main/part-9-21.m4s', 404],
  ['/live/cam/main/seg-1-2.m4s', 200],
  ['/live/cam/main/seg-1-4.m4s', 200],
  ['/live/cam/main/seg-9-2.m4s', 404],
];

/** Header fields that are about a connection of HTTP/1.1, and stand in no answer of HTTP/2 (RFC 9113, 8.2.2). */
const ofConnections = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

const withToken = (path: string) => `${path}${path.includes('?') ? '&' : '?'}token=${token}`;

// Each path is asked for by another program, or it would be one that asks in a loop for what is not there.
test('Every route gives the same over HTTP/1.1, behind TLS and over HTTP/2, and none ends the server', async (t) => {
  const { tls, ca } = await certified(t);
  const { streams, server: clear } = await startStream(t, {}, { watchKey });
  const secure = await startDelivery(t, streams, { watchKey, tls });
  const protocols: Readonly<Record<string, Ask>> = {
    'HTTP/1.1': askHttp1(clear.url),
    'HTTP/1.1 with TLS': askHttp1(secure.url, ca),
    'HTTP/2': await askHttp2(t, secure.url, ca),
  };
  for (const [name, askAs] of Object.entries(protocols)) {
    const ask: Ask = (path, method, headers) => askAs(path, method, { 'user-agent': path, ...headers });
    for (const [path, status, open] of routes) {
      const what = `${name} ${path}`;
      const isLive = path.startsWith('/live/');
      const known = isLive && open === undefined;
      const got = await ask(withToken(path));
      assert.equal(got.status, status, what);
      if (name === 'HTTP/2') for (const field of ofConnections) assert.ok(!(field in got.headers), what);
      else if (status === 426) assert.equal(got.headers.upgrade, 'websocket');
      const head = await ask(withToken(path), 'HEAD');
      // Nothing is decoded, held or written for somebody who wants no body.
      assert.equal(head.status, status, `HEAD ${what}`);
      assert.equal(head.body.length, 0, `HEAD ${what}`);
      if (known) {
        assert.equal((await ask(path)).status, 403, `no token, ${what}`);
        assert.equal((await ask(`${path}${path.includes('?') ? '&' : '?'}token=x`)).status, 403, what);
      }
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE']) {
        const refused = await ask(withToken(path), method);
        const isReport = method === 'POST' && path === '/api/reports';
        assert.equal(refused.status, isLive ? 405 : isReport ? 400 : 404, `${method} ${what}`);
      }
      assert.equal((await ask(withToken(path), 'OPTIONS')).status, 204, `OPTIONS ${what}`);
      const asked = await ask(withToken(path), 'GET', {
        range: 'bytes=0-3',
        'if-none-match': '*',
        te: 'trailers',
      });
      assert.ok([status, 206, 304].includes(asked.status), `conditions, ${what}`);
    }
    assert.equal((await ask('/healthz')).status, 200, name);
  }
});

test('An upgrade is for the WebSocket alone, and what HTTP/2 has no word for is refused', async (t) => {
  const { tls, ca } = await certified(t);
  const { streams, server: clear } = await startStream(t, {}, { watchKey });
  const secure = await startDelivery(t, streams, { watchKey, tls });
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  for (const ask of [askHttp1(clear.url), askHttp1(secure.url, ca)]) {
    for (const [path] of routes) {
      const { status } = await ask(withToken(path), 'GET', upgrade);
      assert.equal(status, path === '/live/cam/ws' ? 101 : 404, path);
    }
    assert.equal((await ask('/live/cam/ws', 'GET', upgrade)).status, 403);
    const odd = { ...upgrade, 'sec-websocket-key': 'x', 'sec-websocket-version': '0' };
    assert.equal((await ask(withToken('/live/cam/ws'), 'GET', odd)).status, 400);
    assert.equal((await ask(withToken('/live/cam/ws'), 'GET', { ...upgrade, upgrade: 'h2c' })).status, 400);
  }
  for (const [path] of routes) {
    const frames = await rawHttp2(secure.url, ca, [
      [':method', 'GET'],
      [':scheme', 'https'],
      [':authority', 'localhost'],
      [':path', withToken(path)],
      ['connection', 'Upgrade'],
      ['upgrade', 'websocket'],
    ]);
    assert.ok(frames.has(1) || frames.has(3) || frames.has(7), path);
  }
  const ask = await askHttp2(t, secure.url, ca);
  assert.equal((await ask('/healthz')).status, 200);
  assert.equal((await get(`${clear.url}/healthz`)).status, 200);
});

test('What nobody has foreseen ends one request, and not the server', async (t) => {
  const { tls, ca } = await certified(t);
  const { streams, server: clear } = await startStream(t);
  const secure = await startDelivery(t, streams, { tls });
  const fault = () => {
    throw new TypeError('a fault put in by a test');
  };
  const live = streams.live.bind(streams);
  streams.live = (name) => (name === 'faulty' ? fault() : live(name));
  const rendition = live('cam')!.rendition('main')!;
  const segments = rendition.segments.at(-2)!;
  // Found only while the answer is being made.
  Object.defineProperty(segments, 'parts', { get: fault });
  Object.defineProperty(streams.archive, 'renditions', { value: fault });
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  for (const ask of [askHttp1(clear.url), askHttp1(secure.url, ca), await askHttp2(t, secure.url, ca)]) {
    const paths = ['faulty/index.m3u8', 'faulty/ws', 'cam/main/live.m3u8', 'cam/main/seg-1-3.m4s'];
    for (const path of paths) {
      const { status, body } = await ask(`/live/${path}`);
      assert.equal(status, 500, path);
      assert.match(body.toString(), /a fault of this server/);
    }
    assert.equal((await ask('/live/unknown/index.m3u8')).status, 500);
    assert.equal((await ask('/live/cam/main/part-1-21.m4s')).status, 200);
  }
  for (const ask of [askHttp1(clear.url), askHttp1(secure.url, ca)]) {
    await assert.rejects(ask('/live/faulty/ws', 'GET', upgrade), /hang up|ECONNRESET/);
    assert.equal((await ask('/healthz')).status, 200);
  }
});
