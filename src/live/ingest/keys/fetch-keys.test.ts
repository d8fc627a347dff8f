import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { fetchKeys } from './fetch-keys.ts';

test('Keys are read in bounds, and whoever could not give them is left alone for a second', async (t) => {
  let [asked, now] = [0, 0];
  let answer = (response: ServerResponse): unknown => response.end('{"keys":[]}');
  const server = createServer((_request, response) => {
    asked += 1;
    answer(response);
  }).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const keys = fetchKeys(() => now);
  const ask = async () => (await keys(url, { redirect: 'manual' })).json();

  assert.deepEqual(await ask(), { keys: [] });
  answer = (response) => response.writeHead(503).end();
  for (let time = 0; time < 20; time += 1) await assert.rejects(ask(), /answers 503/);
  assert.equal(asked, 2);
  now = 1000;
  let hasEnded = false;
  answer = (response) => {
    response.on('close', () => {
      hasEnded = true;
    });
    const more = (): void => {
      while (!hasEnded && response.write(Buffer.alloc(64 * 1024, ' ')));
    };
    response.on('drain', more);
    more();
  };
  await assert.rejects(ask(), /more than the 262144 bytes/);
  await assert.rejects(ask(), /more than the 262144 bytes/);
  assert.equal(asked, 3);
  now = 2000;
  answer = (response) => response.writeHead(302, { location: '/elsewhere' }).end();
  await assert.rejects(ask(), /answers 302/);
  now = 3000;
  answer = (response) => response.end('{"keys":[]}');
  assert.deepEqual(await ask(), { keys: [] });
});
