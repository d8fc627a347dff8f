/** The page and the routes beside media, tokens, HTTP/2, and how a server ends. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, request } from 'node:https';
import { connect } from 'node:net';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { serveStreams } from '../../src/delivery/http/server.ts';
import { makeToken } from '../../src/delivery/http/tokens.ts';
import { ConfigurationError } from '../../src/errors.ts';
import { gauge } from '../../src/figures/figure.ts';
import { makeAuthority } from '../support/certificates.ts';
import { get, metric, startDelivery, startStream } from '../support/delivery.ts';
import { LiveScript } from '../support/live-records.ts';
import { MadeStreams } from '../support/made-streams.ts';
import { waitFor } from '../support/wait.ts';

test('The page and its files: compressed, not sent twice, and with nothing from elsewhere', async (t) => {
  const { url } = await startDelivery(t, new MadeStreams());
  const page = await get(`${url}/`);
  assert.equal(page.status, 200);
  assert.match(page.headers['content-type'] ?? '', /^text\/html/);
  assert.match(String(page.headers['content-security-policy']), /script-src 'self'/);
  assert.match(page.body.toString(), /<!doctype html>/);
  const brotli = await get(`${url}/`, { 'accept-encoding': 'gzip, br' });
  assert.deepEqual(brotliDecompressSync(brotli.body), page.body);
  const gzip = await get(`${url}/`, { 'accept-encoding': 'gzip' });
  assert.deepEqual(gunzipSync(gzip.body), page.body);
  const again = await get(`${url}/`, { 'if-none-match': String(page.headers.etag) });
  assert.equal(again.status, 304);
  const hls = await get(`${url}/assets/hls.mjs`);
  assert.match(hls.headers['content-type'] ?? '', /^text\/javascript/);
  // Every file that the page names is there.
  for (const [, name = ''] of page.body.toString().matchAll(/(?:src|href)="(assets\/[^"]+)"/g)) {
    assert.equal((await get(`${url}/${name}`)).status, 200, name);
  }
  for (const path of [
    'assets/none.js',
    'assets/tsconfig.json',
    'assets/..%2fpackage.json',
    'none',
    'api/none',
  ]) {
    assert.equal((await get(`${url}/${path}`)).status, 404, path);
  }
});

test('The streams, and who watches them', async (t) => {
  const { url, server, next } = await startStream(t, { renditions: ['720p', '360p'] });
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  t.after(() => socket.terminate());
  await once(socket, 'open');
  const held = get(`${url}/720p/live.m3u8?_HLS_msn=3`);
  await waitFor(async () => (await metric(server, 'sluice_viewers{stream="cam"}')) === 2);
  const { headers, body } = await get(`${server.url}/api/streams`);
  assert.match(headers['content-type'] ?? '', /^application\/json/);
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['access-control-allow-origin'], '*');
  const { now, streams } = JSON.parse(body.toString());
  assert.ok(Math.abs(now - Date.now()) < 60_000);
  assert.equal(streams.length, 1);
  const [{ renditions, ...rest }] = streams;
  assert.deepEqual(
    renditions.map(({ name }: { name: string }) => name),
    ['720p', '360p'],
  );
  assert.equal(renditions[0].frameRate, 30);
  assert.deepEqual(rest, {
    name: 'cam',
    state: 'live',
    began: 1_790_000_000_000,
    viewers: 2,
    targets: { part: 0.2, segment: 1 },
    recorded: { from: 1_790_000_000_000, to: rest.recorded.to },
    urls: {
      hls: '../live/cam/index.m3u8',
      dash: '../live/cam/manifest.mpd',
      websocket: '../live/cam/ws',
      mp4: '../live/cam/stream.mp4',
      snapshot: '../live/cam/snapshot.jpg',
    },
  });
  next(30);
  await held;
});

test('The time of day, for pages and for players of DASH', async (t) => {
  const { url } = await startDelivery(t, new MadeStreams());
  const before = Date.now();
  const { now } = JSON.parse((await get(`${url}/api/time`)).body.toString());
  const iso = (await get(`${url}/api/time?format=iso`)).body.toString();
  const after = Date.now();
  for (const time of [now, Date.parse(iso)]) assert.ok(time >= before - 3 && time <= after + 3);
});

test('Figures for Prometheus, those of others among them', async (t) => {
  const figures = [gauge('sluice_kafka_up', 'up', () => 1)];
  const { url, server } = await startStream(t, {}, { figures });
  await get(`${url}/main/part-1-21.m4s`);
  assert.equal(await metric(server, 'sluice_kafka_up'), 1);
  for (const begin of ['sluice_serve', 'sluice']) {
    assert.equal(await metric(server, `${begin}_requests_total{kind="part"}`), 1);
    assert.equal(await metric(server, `${begin}_sent_bytes_total`), 18);
  }
  const { headers } = await get(`${server.url}/metrics`);
  assert.match(headers['content-type'] ?? '', /^text\/plain; version=/);
});

test('Health: well, or the reason why not', async (t) => {
  let reason: string | undefined;
  const { url } = await startDelivery(t, new MadeStreams(), { unready: () => reason });
  for (const path of ['healthz', 'readyz', 'livez'])
    assert.equal((await get(`${url}/${path}`)).status, 200, path);
  reason = 'no broker answers';
  for (const path of ['healthz', 'readyz']) {
    const { status, body } = await get(`${url}/${path}`);
    assert.equal(status, 503, path);
    assert.match(body.toString(), /no broker answers/);
  }
  assert.equal((await get(`${url}/livez`)).status, 200, 'no restart mends that');
});

test('Health: what no other server would do better is told, and takes it from nobody', async (t) => {
  const unwell = () => 'no broker answers';
  const { url } = await startDelivery(t, new MadeStreams(), { unready: () => undefined, unwell });
  assert.equal((await get(`${url}/readyz`)).status, 200);
  const { status, body } = await get(`${url}/healthz`);
  assert.equal(status, 503);
  assert.match(body.toString(), /no broker answers/);
});

test('What cannot be shown yet is not said to be missing', async (t) => {
  let reason: string | undefined = 'the topic is still being read';
  const { url, server } = await startStream(t, {}, { starting: () => reason });
  for (const path of [
    'index.m3u8',
    'main/live.m3u8',
    'main/part-1-9.m4s',
    'manifest.mpd',
    'stream.mp4',
    'ws',
  ]) {
    const { status, headers, body } = await get(`${url}/${path}`);
    assert.equal(status, 503, path);
    assert.equal(headers['retry-after'], '1');
    assert.match(body.toString(), /still being read/);
  }
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  assert.match(String(await once(socket, 'error')), /503/);
  assert.equal((await get(`${server.url}/healthz`)).status, 200);
  reason = undefined;
  assert.equal((await get(`${url}/main/live.m3u8`)).status, 200);
});

test('A snapshot: the newest keyframe, by FFmpeg; without a picture in it, a reason', async (t) => {
  const { url } = await startStream(t);
  // What the script has made is no video: FFmpeg is asked, and says so.
  const { status, body } = await get(`${url}/snapshot.jpg`);
  assert.equal(status, 503);
  assert.match(body.toString(), /FFmpeg could not decode the picture/);
});

test('With a key, only tokens open; they are carried into every URL', async (t) => {
  const watchKey = 'a key that nobody knows';
  const { url, server } = await startStream(t, {}, { watchKey });
  const token = makeToken(watchKey, 'cam', Date.now() + 60_000);
  for (const path of [
    'index.m3u8',
    'main/live.m3u8',
    'main/part-1-21.m4s',
    'stream.mp4',
    'snapshot.jpg',
    'manifest.mpd',
  ]) {
    const { status, headers, body } = await get(`${url}/${path}`);
    assert.equal(status, 403, path);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(body.toString(), 'a token is needed\n');
  }
  assert.equal(
    (await get(`${url}/main/live.m3u8?token=1.cam.x`)).body.toString(),
    'the token is not valid\n',
  );
  const old = makeToken(watchKey, 'cam', Date.now() - 1000);
  assert.equal((await get(`${url}/main/live.m3u8?token=${old}`)).body.toString(), 'the token has expired\n');
  const index = await get(`${url}/index.m3u8?token=${token}`);
  assert.ok(index.body.toString().includes(`\nmain/live.m3u8?token=${token}\n`));
  const playlist = (await get(`${url}/main/live.m3u8?token=${token}`)).body.toString();
  const uris = [...playlist.matchAll(/URI="([^"]+)"|^([^#\n].*)$/gm)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  assert.ok(uris.length > 5);
  for (const uri of uris) assert.ok(uri.endsWith(`?token=${token}`), uri);
  assert.equal((await get(`${url}/main/part-1-21.m4s?token=${token}`)).status, 200);
  const listed = async (query: string) =>
    JSON.parse((await get(`${server.url}/api/streams${query}`)).body.toString()).streams;
  assert.deepEqual(await listed(''), []);
  const [{ urls }] = await listed(`?token=${token}`);
  assert.equal(urls.hls, `../live/cam/index.m3u8?token=${token}`);
  const refused = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  refused.on('error', () => {});
  const [, response] = await once(refused, 'unexpected-response');
  assert.equal(response.statusCode, 403);
  const open = new WebSocket(`${url.replace('http', 'ws')}/ws?token=${token}`);
  t.after(() => open.terminate());
  await once(open, 'open');
});

test('HTTPS: HTTP/2 for those who can, HTTP/1.1 and WebSockets for the others', async (t) => {
  const authority = await makeAuthority('viewers');
  t.after(() => authority.remove());
  const files = await authority.issue('server', ['DNS:localhost', 'IP:127.0.0.1']);
  const [certificate, key, ca] = await Promise.all(
    [files.certificate, files.key, authority.certificate].map((file) => readFile(file)),
  );
  const { server, url, next } = await startStream(t, {}, { tls: { certificate: certificate!, key: key! } });
  assert.match(server.url, /^https:/);
  const session = connectHttp2(server.url, { ca: ca! });
  await once(session, 'remoteSettings');
  assert.equal(session.remoteSettings.maxConcurrentStreams, 100);
  t.after(() => session.destroy());
  const ask = async (path: string) => {
    const stream = session.request({ ':path': path, 'accept-encoding': 'gzip' });
    const headers = new Promise<Record<string, unknown>>((resolve) => stream.on('response', resolve));
    const pieces: Buffer[] = [];
    for await (const piece of stream) pieces.push(piece);
    return { headers: await headers, body: Buffer.concat(pieces) };
  };
  const held = ask('/live/cam/main/live.m3u8?_HLS_msn=4&_HLS_part=2');
  const hinted = ask('/live/cam/main/part-1-22.m4s');
  const segment = await ask('/live/cam/main/seg-1-2.m4s');
  assert.equal(segment.headers[':status'], 200);
  assert.match(segment.body.toString(), /1\.2\.0\.0;.*1\.2\.4\.0;/);
  assert.equal((await ask('/live/cam/main/part-1-99.m4s')).headers[':status'], 404);
  assert.equal((await ask('/')).headers[':status'], 200);
  next();
  assert.match((await hinted).body.toString(), /1\.4\.2\.0/);
  const playlist = await held;
  assert.equal(playlist.headers['content-encoding'], 'gzip');
  assert.match(gunzipSync(playlist.body).toString(), /part-1-23\.m4s/);
  const agent = new Agent({ ca: ca! });
  const [response] = await once(request(`${url}/main/init-1.mp4`, { agent }).end(), 'response');
  assert.equal(response.httpVersion, '1.1');
  response.resume();
  const socket = new WebSocket(`${url.replace('https', 'wss')}/ws`, { ca: ca! });
  t.after(() => socket.terminate());
  await once(socket, 'open');
  agent.destroy();
});

test('A server that ends answers those who wait, and closes what would go on', async (t) => {
  const streams = new MadeStreams().play(new LiveScript().segments(5));
  const server = await serveStreams(streams, { port: 0 });
  t.after(() => server.close());
  const url = `${server.url}/live/cam`;
  const held = get(`${url}/main/live.m3u8?_HLS_msn=5`);
  const hinted = get(`${url}/main/part-1-25.m4s`);
  const whole = get(`${url}/stream.mp4`);
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  await once(socket, 'open');
  // A connection on which nothing is asked.
  const { hostname, port } = new URL(server.url);
  const idle = connect(Number(port), hostname);
  await once(idle, 'connect');
  idle.resume();
  await waitFor(async () => (await metric(server, 'sluice_viewers{stream="cam"}')) === 3);
  const closed = once(socket, 'close');
  const ended = Promise.all([server.close(), server.close(), once(idle, 'close')]);
  assert.equal((await held).status, 503);
  assert.equal((await held).headers['retry-after'], '1');
  assert.equal((await hinted).status, 503);
  assert.match((await whole).body.toString(), /1\.4\.4\.0;$/);
  assert.equal((await closed)[0], 1001);
  await ended;
  await assert.rejects(get(`${url}/main/live.m3u8`), /ECONNREFUSED/);
});

test('Where nobody may listen, or with a certificate that is none', async (t) => {
  const { url } = await startDelivery(t, new MadeStreams());
  const taken = Number(new URL(url).port);
  const refused = (options: Parameters<typeof serveStreams>[1], message: RegExp) =>
    assert.rejects(serveStreams(new MadeStreams(), options), (error: Error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, message);
      return true;
    });
  await refused({ port: taken }, /is in use by another program: stop it, or choose another --port/);
  await refused({ port: 0, host: '192.0.2.1' }, /is no address of this machine/);
  await refused({ port: 0, tls: { certificate: 'x', key: 'y' } }, /certificate and its key cannot be used/);
});
