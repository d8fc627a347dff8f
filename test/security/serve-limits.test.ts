/** What one client may cost a delivery server: SECURITY.md, "Who can reach serve". */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, type TestContext, test } from 'node:test';
import { limits } from '../../src/delivery/http/options.ts';
import { get, startStream } from '../support/delivery.ts';
import { waitFor } from '../support/wait.ts';

/** A raw connection, with what has come on it and when it was closed. */
async function open(t: TestContext, url: string, host = '127.0.0.1') {
  const socket = connect(Number(new URL(url).port), host);
  t.after(() => socket.destroy());
  const seen = { text: '', closedAfter: undefined as number | undefined };
  const begin = performance.now();
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    seen.text += bytes.toString('latin1');
  });
  socket.once('close', () => {
    seen.closedAfter = performance.now() - begin;
  });
  await new Promise<void>((resolve) => socket.once('connect', resolve).once('close', () => resolve()));
  return { socket, seen };
}

/** Writes a byte now and then: never silent, and never done. */
function drip(t: TestContext, socket: Socket, byte = 'a'): void {
  const timer = setInterval(() => socket.writable && socket.write(byte), 200);
  t.after(() => clearInterval(timer));
}

/** Beyond the limit by no more than the look for it takes. */
const longest = limits.headers + limits.look + 5000;

// Most of this is waiting for time-outs.
describe('A client of a delivery server', { concurrency: true }, () => {
  test('A head that never ends is cut off, on a new connection and behind requests that were answered', async (t) => {
    const { server } = await startStream(t);
    const fresh = await open(t, server.url);
    fresh.socket.write('GET /live/cam/index.m3u8 HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const used = await open(t, server.url);
    used.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitFor(() => used.seen.text.includes('200 OK'));
    used.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    for (const { socket } of [fresh, used]) drip(t, socket);
    await waitFor(() => fresh.seen.closedAfter !== undefined, {
      timeout: longest,
      what: 'the end of the first',
    });
    await waitFor(() => used.seen.closedAfter !== undefined, {
      timeout: longest,
      what: 'the end of the second',
    });
    assert.ok(fresh.seen.closedAfter! > limits.headers - 1000, 'not at once');
  });

  test('A body that never ends is cut off, and one that is large is refused', async (t) => {
    const { server } = await startStream(t);
    const slow = await open(t, server.url);
    slow.socket.write(
      'POST /api/streams HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n',
    );
    drip(t, slow.socket);
    const large = await open(t, server.url);
    large.socket.write(
      `POST /api/streams HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n${'a'.repeat(70_000)}`,
    );
    await waitFor(() => /HTTP\/1\.1 4/.test(large.seen.text), { what: 'a refusal' });
    await waitFor(() => slow.seen.closedAfter !== undefined || /HTTP\/1\.1 4/.test(slow.seen.text), {
      timeout: longest,
    });
  });

  test('A head that is too long is refused at its limit', async (t) => {
    const { server } = await startStream(t);
    const long = await open(t, server.url);
    long.socket.write(
      `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(2 * limits.headerBytes)}\r\n\r\n`,
    );
    await waitFor(() => long.seen.text.includes('431'));
    const many = await open(t, server.url);
    many.socket.write(`GET /healthz HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(limits.headerBytes / 4)}\r\n`);
    await waitFor(() => many.seen.text.includes('431'));
  });

  test('A reader that takes nothing is cut off, and holds no more than a little memory until then', async (t) => {
    const { server, next } = await startStream(t, {}, { idle: 2000 });
    const reader = await open(t, server.url);
    reader.socket.pause();
    reader.socket.write('GET /live/cam/stream.mp4 HTTP/1.1\r\nHost: x\r\n\r\n');
    // Asks for a segment again and again, and takes none.
    const greedy = await open(t, server.url);
    greedy.socket.pause();
    const { headers } = await get(`${server.url}/live/cam/index.m3u8`);
    assert.ok(headers['content-type']);
    const playlist = 'GET /live/cam/main/live.m3u8 HTTP/1.1\r\nHost: x\r\n\r\n';
    const flood = setInterval(() => greedy.socket.writable && greedy.socket.write(playlist.repeat(20)), 20);
    t.after(() => clearInterval(flood));
    const parts = setInterval(() => next(), 50);
    t.after(() => clearInterval(parts));
    const before = process.memoryUsage().rss;
    await waitFor(() => greedy.seen.closedAfter !== undefined, {
      timeout: 20_000,
      what: 'the end of the greedy one',
    });
    assert.ok(process.memoryUsage().rss - before < 64e6, 'memory');
  });

  test('A connection that says nothing is closed', async (t) => {
    const { server } = await startStream(t, {}, { idle: 1000 });
    const silent = await open(t, server.url);
    await waitFor(() => silent.seen.closedAfter !== undefined, { timeout: 10_000 });
  });

  test('One address has its share of the connections, and another one still gets in', async (t) => {
    const own = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal);
    assert.ok(own, 'this machine has an address beside 127.0.0.1');
    const { server } = await startStream(t, {}, { host: '0.0.0.0', maxConnections: 40, maxPerAddress: 5 });
    const opened = await Promise.all(Array.from({ length: 12 }, () => open(t, server.url, own.address)));
    await waitFor(() => opened.filter(({ seen }) => seen.closedAfter !== undefined).length === 7);
    assert.equal((await get(`http://127.0.0.1:${new URL(server.url).port}/healthz`)).status, 200);
    for (const { socket } of opened) socket.destroy();
    await waitFor(async () => {
      const url = `http://${own.address}:${new URL(server.url).port}/healthz`;
      return (await get(url).catch(() => undefined))?.status === 200;
    });
  });

  test('Beyond the limit of connections new ones are closed, and those that are there go on', async (t) => {
    const { server } = await startStream(t, {}, { maxConnections: 3 });
    const held = await Promise.all(Array.from({ length: 3 }, () => open(t, server.url)));
    const beyond = await open(t, server.url);
    await waitFor(() => beyond.seen.closedAfter !== undefined);
    held[0]!.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitFor(() => held[0]!.seen.text.includes('200 OK'));
  });
});
