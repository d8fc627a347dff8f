/** Viewers who are sent everything as it comes: WebSocket, and fMP4 over plain HTTP. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { SocketMessage } from '../../src/delivery/http/websocket.ts';
import { get, metric, startStream } from '../support/delivery.ts';
import { LiveScript } from '../support/live-records.ts';
import { waitFor } from '../support/wait.ts';

/** A viewer, and what it was sent: messages of text parsed, those of bytes as text. */
function watch(t: TestContext, url: string, path = 'ws', headers: Record<string, string> = {}) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/${path}`, { headers });
  t.after(() => socket.terminate());
  const received: (SocketMessage | string)[] = [];
  socket.on('message', (data: Buffer, binary: boolean) => {
    received.push(binary ? data.toString().trim() : JSON.parse(data.toString()));
  });
  const refused = new Promise<number>((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  });
  socket.on('error', () => {});
  const media = () => received.filter((one) => typeof one === 'string');
  const said = () => received.filter((one) => typeof one !== 'string');
  const until = (text: string) => waitFor(() => media().some((one) => one.includes(text)), { what: text });
  return { socket, received, media, said, until, refused };
}

test('The init, what has come since the newest keyframe, and then each part', async (t) => {
  const { url, next } = await startStream(t);
  const { received, media, until } = watch(t, url);
  await until('1.4.1.0');
  next();
  await until('1.4.2.0');
  assert.deepEqual(media(), ['init main 1', ...[0, 1, 2].map((part) => `part main 1.4.${part}.0;`)]);
  assert.deepEqual(received[0], {
    type: 'init',
    stream: 'cam',
    rendition: 'main',
    epoch: 1,
    mimeType: 'video/mp4; codecs="avc1.64001f,mp4a.40.2"',
    codecs: 'avc1.64001f,mp4a.40.2',
    width: 640,
    height: 360,
  });
});

test('Which time of the media is which time of the day', async (t) => {
  const { url, next } = await startStream(t);
  const { said, until } = watch(t, url);
  await until('1.4.1.0');
  next(5);
  await until('1.5.0.0');
  await waitFor(() => said().length === 3);
  const began = 1_790_000_000_000;
  assert.deepEqual(said().slice(1), [
    { type: 'time', media: 4, time: 4, captured: began + 4000 },
    { type: 'time', media: 5, time: 5, captured: began + 5000 },
  ]);
});

test('Chunks as they come, with those of the part that is not complete', async (t) => {
  const { url, streams, publisher } = await startStream(t, { chunksPerPart: 3 });
  publisher.made.length = 0;
  const script = new LiveScript({ chunksPerPart: 3 }).segments(2);
  streams.windows.clear();
  // The stream is known before its second part begins.
  streams.play(script, 1 + 3).play(script, 2);
  const chunks = watch(t, url, 'ws?chunks=1');
  const parts = watch(t, url, 'ws');
  await chunks.until('1.0.1.1');
  await parts.until('1.0.0.2');
  assert.deepEqual(
    chunks.media().slice(1).join(''),
    'part main 1.0.0.0;part main 1.0.0.1;part main 1.0.0.2;part main 1.0.1.0;part main 1.0.1.1;',
  );
  streams.play(script, 1);
  await chunks.until('1.0.1.2');
  await parts.until('1.0.1.0');
  // The complete part in one message, then each chunk.
  assert.equal(chunks.media().length, 1 + 1 + 3);
  assert.equal(parts.media().at(-1), 'part main 1.0.1.0;part main 1.0.1.1;part main 1.0.1.2;');
});

test('An encoder that begins anew: another init, then its parts', async (t) => {
  const { url, streams, publisher } = await startStream(t);
  const { said, media, until } = watch(t, url);
  await until('1.4.1.0');
  publisher.made.length = 0;
  streams.play(publisher.restart().parts(1));
  await until('2.13.0.0');
  assert.deepEqual(media().slice(-2), ['init main 2', 'part main 2.13.0.0;']);
  assert.equal(said().filter(({ type }) => type === 'init').length, 2);
});

test('The end is told, and the connection closed', async (t) => {
  const { url, streams, publisher } = await startStream(t);
  const { socket, said, until } = watch(t, url);
  await until('1.4.1.0');
  publisher.made.length = 0;
  streams.play(publisher.end());
  const [code] = await once(socket, 'close');
  assert.equal(code, 1000);
  assert.deepEqual(said().at(-1), { type: 'end' });
});

test('Who is refused, and with which status', async (t) => {
  const { url, server } = await startStream(t, {}, { cors: 'https://tv.example' });
  const table: readonly (readonly [string, string, number, Record<string, string>])[] = [
    [url, 'ws?rendition=none', 404, {}],
    [`${server.url}/live/other`, 'ws', 404, {}],
    [url, 'index.m3u8', 404, {}],
    [url, 'ws', 403, { origin: 'https://elsewhere.example' }],
  ];
  for (const [base, path, status, headers] of table) {
    assert.equal(await watch(t, base, path, headers).refused, status, path);
  }
  for (const origin of ['https://tv.example', server.url]) {
    await once(watch(t, url, 'ws', { origin }).socket, 'open');
  }
  assert.equal((await get(`${url}/ws`)).status, 426);
});

test('fMP4 over plain HTTP: the same bytes, until the end of the programme', async (t) => {
  const { url, streams, publisher, next } = await startStream(t);
  const whole = get(`${url}/stream.mp4?rendition=main`);
  await waitFor(() => metric({ url: url.replace('/live/cam', '') } as never, 'sluice_viewers{stream="cam"}'));
  next();
  publisher.made.length = 0;
  streams.play(publisher.end());
  const { status, headers, body } = await whole;
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'video/mp4');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(body.toString(), 'init main 1     part main 1.4.0.0;part main 1.4.1.0;part main 1.4.2.0;');
  assert.equal((await get(`${url}/stream.mp4`)).status, 404);
});

test('A viewer who does not read is moved on, costs little, and holds up nobody', async (t) => {
  const { url, server, streams } = await startStream(t);
  // Media that is large, so that what the system buffers is soon full.
  const large = new LiveScript({ stream: 'big' }).segments(12);
  const filler = Buffer.alloc(2 * 1024 * 1024, 1);
  const records = large.made.map(({ record, bytes }) => ({
    record,
    bytes: record.kind === 'part' ? Buffer.concat([bytes, filler]) : bytes,
  }));
  large.made.length = 0;
  const play = (count: number) => {
    large.made.push(...records.splice(0, count));
    streams.play(large);
  };
  play(6);
  const big = url.replace('/cam', '/big');
  const quick = watch(t, big);
  const { port, hostname } = new URL(server.url);
  const stuck = connect({
    port: Number(port),
    host: hostname,
    onread: { buffer: Buffer.alloc(1), callback: () => false },
  });
  t.after(() => stuck.destroy());
  const key = Buffer.alloc(16, 7).toString('base64');
  stuck.write(
    `GET /live/big/ws HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  const mp4 = connect({
    port: Number(port),
    host: hostname,
    onread: { buffer: Buffer.alloc(1), callback: () => false },
  });
  t.after(() => mp4.destroy());
  mp4.write(`GET /live/big/stream.mp4 HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
  await waitFor(async () => (await metric(server, 'sluice_viewers{stream="big"}')) === 3);
  await quick.until('1.0.4.0');
  const before = process.memoryUsage().arrayBuffers;
  for (let segment = 1; segment < 12; segment += 1) {
    play(1);
    for (let part = 0; part < 5; part += 1) {
      play(1);
      await quick.until(`1.${segment}.${part}.0`);
      quick.received.length = 0;
    }
  }
  assert.ok((await metric(server, 'sluice_skips_total')) >= 2);
  const grown = process.memoryUsage().arrayBuffers - before;
  // The window itself has 64 MiB at most; of the 120 MiB nobody kept the rest for those who do not read.
  assert.ok(grown < 100 * 1024 ** 2, `${Math.round(grown / 1024 ** 2)} MiB`);
});
