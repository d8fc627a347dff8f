/** Behind a proxy that puts the server below a path of its own, and says nothing of it: every URL that is written leads back through it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { makeToken } from '../../src/delivery/http/tokens.ts';
import { get, startStream } from '../support/delivery.ts';

const prefix = '/some/where';

/** A proxy that takes the path away; what is not below it, it does not have. Gives its own URL with the path. */
async function startProxy(t: TestContext, target: string): Promise<string> {
  const { hostname, port } = new URL(target);
  const inner = (url = '') => (url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : undefined);
  const proxy = createServer((asked, answer) => {
    const path = inner(asked.url);
    if (path === undefined) {
      answer.writeHead(418).end();
      return;
    }
    const headers = { ...asked.headers, host: `${hostname}:${port}`, 'x-forwarded-host': asked.headers.host };
    const onward = httpRequest({ hostname, port, path, method: asked.method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  proxy.on('upgrade', (asked, socket) => {
    const onward = connect(Number(port), hostname, () => {
      const path = inner(asked.url) ?? '/none';
      const lines = [
        `GET ${path} HTTP/1.1`,
        `Host: ${hostname}:${port}`,
        `X-Forwarded-Host: ${asked.headers.host}`,
      ];
      for (const [name, value] of Object.entries(asked.headers))
        if (name !== 'host') lines.push(`${name}: ${value}`);
      onward.write(`${lines.join('\r\n')}\r\n\r\n`);
      socket.pipe(onward).pipe(socket);
    });
    for (const one of [onward, socket]) one.on('error', () => {});
    t.after(() => onward.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${prefix}`;
}

test('Playlists, the page and the list of streams lead back through the proxy', async (t) => {
  const watchKey = 'a key that nobody knows';
  const { server } = await startStream(t, { renditions: ['main', 'small'] }, { watchKey });
  const url = await startProxy(t, server.url);
  const token = makeToken(watchKey, 'cam', Date.now() + 60_000);
  const there = async (uri: string, base: string, status = 200): Promise<string> => {
    const full = new URL(uri, base).href;
    assert.ok(full.startsWith(`${url}/`), full);
    const got = await get(full);
    assert.equal(got.status, status, full);
    return got.body.toString();
  };
  const page = await there('', `${url}/`);
  for (const [, uri = ''] of page.matchAll(/(?:src|href)="([^"#]+)"/g)) await there(uri, `${url}/`);
  const list = JSON.parse(await there(`api/streams?token=${token}`, `${url}/`));
  const { hls, dash, websocket, mp4, snapshot } = list.streams[0].urls;
  const api = `${url}/api/streams`;
  await there(dash, api);
  // What the script has made is no video.
  await there(snapshot, api, 503);
  const response = await fetch(new URL(mp4, api));
  assert.equal(response.status, 200);
  await response.body?.cancel();
  const variants = await there(hls, api);
  for (const line of variants.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const base = new URL(hls, api).href;
    // All but the part that is still to come.
    const playlist = (await there(line, base)).replace(/#EXT-X-PRELOAD-HINT.*/, '');
    const uris = [...playlist.matchAll(/URI="([^"]+)"|^([^#\n].*)$/gm)].map(([, a, b]) => a ?? b ?? '');
    for (const uri of uris) await there(uri, new URL(line, base).href);
  }
  const socket = new WebSocket(new URL(websocket, api).href.replace('http', 'ws'));
  t.after(() => socket.terminate());
  await once(socket, 'open');
});

test('A server for one web origin knows its own page behind the proxy, and no other', async (t) => {
  const { server } = await startStream(t, {}, { cors: 'https://elsewhere.example' });
  const url = await startProxy(t, server.url);
  const socketUrl = `${url.replace('http', 'ws')}/live/cam/ws`;
  const open = new WebSocket(socketUrl, { origin: new URL(url).origin });
  t.after(() => open.terminate());
  await once(open, 'open');
  const other = new WebSocket(socketUrl, { origin: 'http://evil.example' });
  assert.match(String(await once(other, 'error')), /403/);
});
