/**
 * Connections to a server of streams that stop at any point, by any protocol: who owes the next byte and does not send it loses its place
 * in time, and whom the server owes it is kept, however long a stream is silent.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { limits } from '../../src/delivery/http/options.ts';
import { startDelivery, startStream } from '../support/delivery.ts';
import fc from '../support/properties.ts';
import { certified } from '../support/protocols.ts';
import { waitFor } from '../support/wait.ts';
import { parameters } from './parameters.ts';

/** Milliseconds after which a connection on which nothing is asked is closed. */
const idle = 200;
/** How long the streams are silent. */
const silence = 10 * idle;
/** A server looks now and then, and this machine may be busy. */
const leeway = limits.look + 4000;

interface Client {
  readonly isTls: boolean;
  /** What it asks for; undefined: nothing yet. */
  readonly path: string | undefined;
  /** Of its handshake and its request so many bytes are sent. */
  readonly sent: number;
  /** Headers of its request. */
  readonly header: string;
}

const endless = ['/live/cam/stream.mp4', '/live/cam/main/live.m3u8?_HLS_msn=4&_HLS_part=2'];
const client: fc.Arbitrary<Client> = fc.record({
  isTls: fc.boolean(),
  path: fc.constantFrom(undefined, ...endless, ...endless, '/live/cam/index.m3u8', '/healthz', '/none'),
  sent: fc.oneof({ weight: 3, arbitrary: fc.constant(1e6) }, { weight: 1, arbitrary: fc.nat({ max: 60 }) }),
  header: fc.constantFrom('', 'Connection: close\r\n', 'Connection: keep-alive\r\n', 'User-Agent: x\r\n'),
});

const requestOf = ({ path, header }: Client): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${header}\r\n`;

/** It waits for what the stream brings next. */
function isOwed(one: Client): boolean {
  return one.path !== undefined && endless.includes(one.path) && one.sent >= requestOf(one).length;
}

test('Who owes a byte loses its place in time, and whom it is owed keeps it', async (t) => {
  const { tls, ca } = await certified(t);
  const { streams, server: clear, next } = await startStream(t, {}, { idle });
  const secure = await startDelivery(t, streams, { idle, tls });
  const { numRuns, seed } = parameters({ numRuns: 40, seed: 91 });
  const clients = fc.sample(client, { numRuns, seed });
  // A handshake that was begun is waited for longer than a short run lasts.
  const isLong = numRuns > 40;

  const play = async (one: Client): Promise<{ one: Client; socket: Socket; received: () => number }> => {
    const { port } = new URL(one.isTls ? secure.url : clear.url);
    const request = one.path === undefined ? '' : requestOf(one).slice(0, one.sent);
    const isSilent = one.isTls && one.sent < 5;
    const socket =
      one.isTls && !isSilent
        ? connectTls({ port: Number(port), host: '127.0.0.1', ca, ALPNProtocols: ['http/1.1'] })
        : connect(Number(port), '127.0.0.1');
    t.after(() => socket.destroy());
    let received = 0;
    socket
      .on('error', () => {})
      .on('data', (bytes: Buffer) => {
        received += bytes.length;
      });
    await once(socket, one.isTls && !isSilent ? 'secureConnect' : 'connect');
    if (!isSilent) socket.write(request);
    return { one, socket, received: () => received };
  };
  const all = await Promise.all(clients.filter((one) => isLong || !one.isTls || one.sent >= 5).map(play));
  await delay(silence);
  const owed = all.filter(({ one }) => isOwed(one));
  for (const { one, socket } of owed)
    assert.ok(!socket.destroyed, `cut off while it waits: ${JSON.stringify(one)}`);
  const before = owed.map(({ received }) => received());
  next();
  for (const [index, { one, received, socket }] of owed.entries())
    await waitFor(() => received() > before[index]! || socket.destroyed, { what: JSON.stringify(one) });
  for (const [index, { one, received }] of owed.entries())
    assert.ok(received() > before[index]!, `got nothing of what came: ${JSON.stringify(one)}`);
  // What was answered may be asked from again, for as long as proxies keep a connection.
  const late = all.filter(({ one }) => one.path === undefined || one.sent < requestOf(one).length);
  const most = limits.headers + leeway;
  const began = performance.now();
  while (late.some(({ socket }) => !socket.destroyed) && performance.now() - began < (isLong ? most : leeway))
    await delay(50);
  for (const { one, socket } of late) {
    const isBegun = one.path !== undefined && one.sent < requestOf(one).length && one.sent > 0;
    // A request that was begun has the time for its head.
    if (!isLong && (isBegun || (one.isTls && one.sent < 5))) continue;
    assert.ok(socket.destroyed, `keeps its place: ${JSON.stringify(one)}`);
  }
});

test('Who asks again and again for what gives nothing is not fed, and nobody else waits for that', async (t) => {
  const { server } = await startStream(t);
  const path = fc.oneof(
    fc.constantFrom('/live/cam/main/seg-1-900.m4s', '/live/none/index.m3u8', '/live/cam/main/part-7-1.m4s'),
    fc.nat({ max: 1e6 }).map((number) => `/live/cam/main/seg-9-${number}.m4s`),
  );
  const paths = fc.sample(path, parameters({ numRuns: 6, seed: 92 }));
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  t.after(() => agent.destroy());
  const ask = (one: string, program: string): Promise<number> =>
    new Promise((resolve, reject) => {
      request(`${server.url}${one}`, { agent, headers: { 'user-agent': program } }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      })
        .on('error', reject)
        .end();
    });
  const seconds = 2;
  const end = performance.now() + seconds * 1000;
  const counts = await Promise.all(
    paths.map(async (one, index) => {
      let count = 0;
      for (; performance.now() < end; count += 1) assert.ok((await ask(one, `loop ${index}`)) >= 400);
      return count;
    }),
  );
  for (const [index, count] of counts.entries())
    assert.ok(count <= 60 + 10 * seconds, `${count} answers in ${seconds} s to ${paths[index]}`);
  const began = performance.now();
  assert.equal(await ask('/live/cam/index.m3u8', 'somebody else'), 200);
  assert.ok(performance.now() - began < 1500, 'somebody else has to wait');
});
