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
  let figures = '';
  const running = serve({
    kafka: { 'bootstrap.servers': `127.0.0.1:${kafkaPort}` },
    port,
    metricsPort: 0,
    signal: stop.signal,
    onEvent: (event) => {
      events.push(event.type);
      if (event.type === 'figures') figures = event.url;
    },
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
  for (const origin of [url, figures]) {
    const answers = ['livez', 'readyz', 'healthz', 'metrics'].map((path) => get(`${origin}/${path}`));
    const [live, ready, healthy, told] = await Promise.all(answers);
    assert.deepEqual([live?.status, ready?.status, healthy?.status, told?.status], [200, 503, 503, 200]);
    assert.match(ready?.body.toString() ?? '', new RegExp(String(kafkaPort)));
    assert.match(told?.body.toString() ?? '', /^sluice_serve_waiting\{on="kafka"\} 1$/m);
    assert.match(told?.body.toString() ?? '', /^sluice_kafka_up 0$/m);
  }
  stop.abort();
  await (await running).ended;
  assert.deepEqual(events.sort(), ['figures', 'waiting'], 'on a busy machine in either order');
  for (const origin of [url, figures]) await assert.rejects(get(`${origin}/healthz`), /ECONNREFUSED/);
});

test('Where its figures may not be asked for, it does not begin', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await once(taken, 'listening');
  const port = await freePort();
  const kafka = { 'bootstrap.servers': `127.0.0.1:${await freePort()}` };
  const metricsPort = (taken.address() as AddressInfo).port;
  await assert.rejects(serve({ kafka, port, metricsPort }), /figures.*--metrics-port/s);
  await assert.rejects(get(`http://127.0.0.1:${port}/healthz`), /ECONNREFUSED/);
});
