import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type ClientHttp2Session, connect } from 'node:http2';
import { type TestContext, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { makeAuthority } from '../../../test/support/certificates.ts';
import { csrfOf, startConsole } from '../../../test/support/console.ts';
import { get, startDelivery } from '../../../test/support/delivery.ts';
import { MadeModel } from '../../../test/support/made-model.ts';
import { MadeStreams } from '../../../test/support/made-streams.ts';
import { madeUploads } from '../../../test/support/made-uploads.ts';
import type { FileRow } from '../contract.ts';
import { mountConsole } from './mount.ts';

const row: FileRow = {
  id: 'shop/a',
  uploader: 'shop',
  path: 'a',
  upload: '1',
  size: 10,
  done: 10,
  digest: 'sha256:00',
  state: 'sent',
  mtime: 1,
  at: 1,
};

/** One request over HTTP/2: what came, and whether all of it did. */
function ask(session: ClientHttp2Session, headers: Record<string, string>, body?: string) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string; isWhole: boolean }>(
    (resolve) => {
      const stream = session.request(headers);
      let [text, said] = ['', {} as Record<string, unknown>];
      let isWhole = true;
      stream.on('response', (got) => {
        said = got;
      });
      stream.on('data', (piece: Buffer) => {
        text += piece.toString();
      });
      stream.on('error', () => {
        isWhole = false;
      });
      stream.on('close', () =>
        resolve({
          status: Number(said[':status']),
          headers: said,
          text,
          isWhole: isWhole && stream.rstCode === 0,
        }),
      );
      stream.end(body);
    },
  );
}

async function secureRoom(t: TestContext) {
  const authority = await makeAuthority('console');
  t.after(() => authority.remove());
  const { certificate, key } = await authority.issue('server', ['IP:127.0.0.1']);
  const [pem, keyPem, ca] = await Promise.all(
    [certificate, key, authority.certificate].map((path) => readFile(path)),
  );
  const model = new MadeModel();
  model.rows = [row];
  let fault: string | undefined;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('0123456789');
    if (fault !== undefined) throw new Error(fault);
  }
  const room = await startConsole(t, {
    model,
    bytes,
    services: { isSecure: true, uploads: await madeUploads(t) },
    server: { tls: { certificate: pem!, key: keyPem! } },
  });
  const session = connect(new URL(room.url).origin, { ca: ca! });
  t.after(() => session.close());
  return {
    ...room,
    session,
    spoil: (words: string) => {
      fault = words;
    },
  };
}

test('By HTTP/2 all is the same: the page, events, bytes that are wrong, and drops', async (t) => {
  const { session, spoil, model } = await secureRoom(t);
  const told = await ask(session, { ':path': '/console/api/session' });
  assert.equal(told.status, 200);
  const csrf = (JSON.parse(told.text) as { csrf: string }).csrf;
  const file = { ':path': '/console/files/shop/a' };
  assert.deepEqual(await ask(session, file).then(({ text, isWhole }) => [text, isWhole]), [
    '0123456789',
    true,
  ]);
  spoil('its digest is another one');
  const wrong = await ask(session, file);
  assert.deepEqual([wrong.status, wrong.isWhole], [200, false]);
  assert.equal((await ask(session, { ...file, ':authority': 'evil.example' })).status, 403);
  const path = '/console/uploads/';
  const common = { 'x-sluice-csrf': csrf, 'tus-resumable': '1.0.0' };
  const name = Buffer.from('a').toString('base64');
  const made = await ask(session, {
    ':method': 'POST',
    ':path': path,
    ...common,
    'upload-length': '4',
    'upload-metadata': `filename ${name}`,
  });
  assert.equal(made.status, 201);
  const place = { ':path': path + String(made.headers.location), ...common };
  const patch = {
    ':method': 'PATCH',
    ...place,
    'upload-offset': '0',
    'content-type': 'application/offset+octet-stream',
  };
  const sent = await ask(session, patch, 'abcd');
  assert.deepEqual([sent.status, sent.headers['upload-offset']], [204, '4']);
  const events = session.request({ ':path': '/console/api/events' });
  const heard = new Promise<string>((resolve) =>
    events.once('data', (piece: Buffer) => resolve(piece.toString())),
  );
  assert.match(await heard, /^retry: 2000\nevent: snapshot/);
  events.close();
  assert.equal(model.topic, 'files');
});

test('A server that ends ends event streams too, and waits for none of them', async (t) => {
  const { url, server } = await startConsole(t);
  const response = await fetch(`${url}api/events`);
  const read = response.body!.getReader();
  await read.read();
  await server.close();
  for (;;) if ((await read.read()).done) break;
  await assert.rejects(fetch(url));
});

test('Beside live video the console is below /console/, and what is for every page there is not for others here', async (t) => {
  const { services } = await startConsole(t, { services: { uploads: await madeUploads(t) } });
  const delivery = await startDelivery(t, new MadeStreams(), {
    page: async (app) => void (await mountConsole(app as FastifyInstance, services)),
  });
  const url = `${delivery.url}/console/`;
  const session = await get(`${url}api/session`);
  assert.equal(session.status, 200);
  assert.equal(session.headers['access-control-allow-origin'], undefined);
  assert.equal((await get(`${delivery.url}/api/streams`)).headers['access-control-allow-origin'], '*');
  assert.equal((await get(url, { host: 'evil.example' })).status, 403);
  assert.equal((await get(`${delivery.url}/api/time`, { host: 'evil.example' })).status, 200);
  const allowed = await get(`${url}api/keys`, { origin: 'https://evil.example' }, 'OPTIONS');
  assert.equal(allowed.headers['access-control-allow-origin'], undefined);
  const headers = { 'x-sluice-csrf': await csrfOf(url), 'tus-resumable': '1.0.0' };
  const name = Buffer.from('a').toString('base64');
  const made = await get(
    `${url}uploads/`,
    { ...headers, 'upload-length': '4', 'upload-metadata': `filename ${name}` },
    'POST',
  );
  assert.equal(made.status, 201);
  const events = await fetch(`${url}api/events`);
  const read = events.body!.getReader();
  await read.read();
  await delivery.close();
  for (;;) if ((await read.read()).done) break;
});
