/** Connections on which nothing happens: closed, unless it is for us to say something. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { get, startDelivery, startStream } from '../support/delivery.ts';
import { certified } from '../support/protocols.ts';
import { waitFor } from '../support/wait.ts';

const idle = 200;

test('A silent stream and a held playlist are waited for in every protocol, for as long as they are silent', async (t) => {
  const { tls, ca } = await certified(t);
  const { streams, server: clear, next } = await startStream(t, {}, { idle });
  const secure = await startDelivery(t, streams, { idle, tls });
  const sockets: Record<string, Socket> = {
    short: connect(Number(new URL(clear.url).port), '127.0.0.1'),
    node: connect(Number(new URL(clear.url).port), '127.0.0.1'),
    tls: connectTls({ port: Number(new URL(secure.url).port), host: '127.0.0.1', ca }),
  };
  const received: Record<string, string> = { short: '', node: '', tls: '', http2: '', held: '' };
  for (const [name, socket] of Object.entries(sockets)) {
    t.after(() => socket.destroy());
    socket.setEncoding('latin1').on('data', (text: string) => {
      received[name] += text;
    });
    const close = name === 'node' ? 'Connection: close\r\n' : '';
    socket.write(`GET /live/cam/stream.mp4 HTTP/1.1\r\nHost: a\r\n${close}\r\n`);
  }
  const session = connectHttp2(secure.url, { ca });
  t.after(() => session.destroy());
  const paths = { http2: '/live/cam/stream.mp4', held: '/live/cam/main/live.m3u8?_HLS_msn=4&_HLS_part=2' };
  for (const [name, path] of Object.entries(paths)) {
    session
      .request({ ':path': path })
      .setEncoding('latin1')
      .on('data', (text: string) => {
        received[name] += text;
      });
  }
  const held = get(`${clear.url}/live/cam/main/live.m3u8?_HLS_msn=4&_HLS_part=2`);
  const has = (text: string) => () =>
    ['short', 'node', 'tls', 'http2'].every((name) => received[name]!.includes(text));
  await waitFor(has('1.4.1.0'));
  // Connections on which nothing is asked are closed meanwhile, several times over.
  for (let round = 0; round < 4; round += 1) {
    const socket = connect(Number(new URL(clear.url).port), '127.0.0.1');
    socket.resume();
    await once(socket, 'close');
  }
  next();
  await waitFor(has('1.4.2.0'));
  assert.equal((await held).status, 200);
  await waitFor(() => /part-1-23/.test(received.held!));
});

test('A connection over TLS on which nothing is asked is closed too', async (t) => {
  const { tls, ca } = await certified(t);
  const { server } = await startStream(t, {}, { idle, tls });
  const port = Number(new URL(server.url).port);
  for (const ALPNProtocols of [['h2'], ['http/1.1']]) {
    const socket = connectTls({ port, host: '127.0.0.1', ca, ALPNProtocols });
    t.after(() => socket.destroy());
    socket.on('error', () => {});
    socket.resume();
    await once(socket, 'close');
  }
});

test('What operators ask is not for the pages of others', async (t) => {
  const { server } = await startStream(t);
  for (const path of ['/metrics', '/livez', '/readyz', '/healthz']) {
    const { status, headers } = await get(`${server.url}${path}`, { origin: 'https://elsewhere.example' });
    assert.equal(status, 200);
    assert.equal(headers['access-control-allow-origin'], undefined, path);
  }
  for (const path of ['/api/streams', '/api/time', '/assets/hls.mjs']) {
    assert.equal((await get(`${server.url}${path}`)).headers['access-control-allow-origin'], '*', path);
  }
});
