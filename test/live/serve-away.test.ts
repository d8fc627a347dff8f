/** A server whose Kafka is away when it begins. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import type { ServeEvent } from '../../src/delivery/serve-options.ts';
import { serve } from '../../src/index.ts';
import { get } from '../support/delivery.ts';
import { waitFor } from '../support/wait.ts';

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('It listens, says what is the matter, and ends when it is told to', async (t) => {
  const [port, kafkaPort] = [await freePort(), await freePort()];
  const stop = new AbortController();
  t.after(() => stop.abort());
  const events: ServeEvent['type'][] = [];
  const running = serve({
    kafka: { 'bootstrap.servers': `127.0.0.1:${kafkaPort}` },
    port,
    signal: stop.signal,
    onEvent: ({ type }) => events.push(type),
  });
  const url = `http://127.0.0.1:${port}`;
  const health = await waitFor(async () => {
    const answer = await get(`${url}/healthz`);
    return events.includes('waiting') && answer;
  });
  assert.equal(health.status, 503);
  assert.match(health.body.toString(), new RegExp(String(kafkaPort)));
  const playlist = await get(`${url}/live/cam/index.m3u8`);
  assert.equal(playlist.status, 503);
  assert.equal(playlist.headers['retry-after'], '1');
  assert.doesNotMatch(playlist.body.toString(), new RegExp(String(kafkaPort)));
  stop.abort();
  await (await running).ended;
  assert.deepEqual(events, ['waiting']);
  await assert.rejects(get(`${url}/healthz`), /ECONNREFUSED/);
});
