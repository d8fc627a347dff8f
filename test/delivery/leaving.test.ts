/** A server that goes while others stay: whoever waits gets what comes next, and asks another server from then on. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { makeAuthority } from '../support/certificates.ts';
import { get, metric, startStream } from '../support/delivery.ts';
import { waitFor } from '../support/wait.ts';

/** The status of an answer, and whether its connection goes on. */
function kept(
  url: string,
  agent: Agent,
): Promise<{ status: number | undefined; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    httpGet(url, { agent }, (response: IncomingMessage) => {
      response.resume();
      response.on('end', () =>
        resolve({ status: response.statusCode, connection: response.headers.connection }),
      );
    }).on('error', reject);
  });
}

test('Those who wait at a server that goes have the next part from it, and its word that it goes', async (t) => {
  const { url, server, next } = await startStream(t);
  const agents = [0, 1].map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
  t.after(() => {
    for (const agent of agents) agent.destroy();
  });
  const [playlists, parts] = agents as [Agent, Agent];
  // The connection for parts is there, and idle.
  assert.equal((await kept(`${url}/main/init-1.mp4`, parts)).status, 200);
  const held = kept(`${url}/main/live.m3u8?_HLS_msn=4&_HLS_part=2`, playlists);
  await waitFor(async () => (await metric(server, 'sluice_serve_held_requests{stream="cam"}')) === 1);
  const ended = server.close();
  await assert.rejects(get(`${url}/main/live.m3u8`), /ECONNREFUSED/);
  next();
  assert.deepEqual(await held, { status: 200, connection: 'close' });
  assert.deepEqual(await kept(`${url}/main/part-1-22.m4s`, parts), { status: 200, connection: 'close' });
  await ended;
});

test('Those who are between two requests are answered too', async (t) => {
  const { url, server } = await startStream(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  assert.equal((await kept(`${url}/main/init-1.mp4`, agent)).connection, undefined);
  const ended = server.close();
  assert.deepEqual(await kept(`${url}/main/live.m3u8`, agent), { status: 200, connection: 'close' });
  await ended;
});

test('The same over HTTP/2, whose connections are told to go', async (t) => {
  const authority = await makeAuthority('leaving');
  t.after(() => authority.remove());
  const files = await authority.issue('server', ['DNS:localhost', 'IP:127.0.0.1']);
  const [certificate, key, ca] = await Promise.all(
    [files.certificate, files.key, authority.certificate].map((file) => readFile(file)),
  );
  const { server, next } = await startStream(t, {}, { tls: { certificate: certificate!, key: key! } });
  const session = connectHttp2(server.url, { ca: ca! });
  t.after(() => session.destroy());
  const goes = new Promise((resolve) => session.once('goaway', resolve));
  const stream = session.request({ ':path': '/live/cam/main/live.m3u8?_HLS_msn=4&_HLS_part=2' });
  const answered = new Promise((resolve) =>
    stream.once('response', (headers) => resolve(headers[':status'])),
  );
  stream.resume();
  await waitFor(async () => {
    const figures = session.request({ ':path': '/metrics' });
    return (await text(figures)).includes('sluice_serve_held_requests{stream="cam"} 1');
  });
  const ended = server.close();
  await goes;
  next();
  assert.equal(await answered, 200);
  await ended;
});
