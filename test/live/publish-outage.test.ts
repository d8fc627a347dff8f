/** Kafka away while a stream is published: nothing is lost, or what is lost is a gap. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBroker } from '../../src/broker/broker.ts';
import { serve } from '../../src/delivery/serve.ts';
import { createKafka } from '../../src/kafka/client.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { expectStream, segmentsOf, standingStream } from '../support/live-stream.ts';
import { followSluice } from '../support/sluice-events.ts';
import { waitFor } from '../support/wait.ts';

test('A cluster that cannot be reached for longer than the claim lasts is caught up with', async (t) => {
  const proxy = await FaultProxy.start(t);
  const broker = await startBroker({
    listeners: { PROXIED: { protocol: 'PLAINTEXT', advertisedPorts: [proxy.port] } },
  });
  t.after(() => broker.stop());
  proxy.target = Number(broker.listeners.PROXIED?.split(':')[1]);
  const kafka = createKafka({ properties: { 'bootstrap.servers': broker.bootstrapServers } });
  t.after(() => kafka.close());
  const standing = () => standingStream(kafka, 'live', 'cam');

  const run = followSluice([
    ...['live', 'publish', '--bootstrap-servers', `127.0.0.1:${proxy.port}`, '--stream', 'cam'],
    ...['--input', 'test', '--size', '160x90', '--bitrate', '100k', '--preset', 'ultrafast'],
    ...['--segment-target', '1s', '-X', 'request.timeout.ms=2000'],
  ]);
  t.after(() => run.kill());
  await run.event(({ type, media }) => type === 'segment' && media === 1, 'segment 1');
  const stop = new AbortController();
  t.after(() => stop.abort());
  const server = await serve({
    kafka: { 'bootstrap.servers': `127.0.0.1:${proxy.port}`, 'request.timeout.ms': '2000' },
    port: 0,
    signal: stop.signal,
  });
  const asked = async (path: string) => (await fetch(server.url + path)).status;
  await waitFor(async () => (await asked('/live/cam/index.m3u8')) === 200);
  assert.equal(await asked('/healthz'), 200);
  proxy.refuse(true);
  const away = (await run.event(({ type }) => type === 'waiting', 'waiting')) && run.progress?.seconds;
  // Longer than the claim lasts: the publisher must look who has the stream before it goes on.
  await waitFor(() => Number(run.progress?.seconds) > Number(away) + 11);
  await waitFor(async () => (await asked('/healthz')) === 503);
  const served = await Promise.all(['/readyz', '/live/cam/index.m3u8', '/'].map(asked));
  assert.deepEqual(served, [200, 200, 200], 'it goes on with what it has, and may be sent viewers');
  const before = await standing();
  proxy.refuse(false);
  await run.event(({ type }) => type === 'resumed', 'resumed');
  const last = before.media.at(-1)?.record.media ?? 0;
  await run.event(({ type, media }) => type === 'segment' && Number(media) > last + 11, 'what was missed');
  run.child.kill('SIGINT');
  const { code, summary } = await run.ended;
  assert.equal(code, 130);
  assert.deepEqual([summary?.gaps, summary?.restarts], [0, 0]);
  const found = await standing();
  expectStream(found);
  const segments = segmentsOf(found.media);
  assert.deepEqual(
    segments,
    segments.map((_, index) => index),
  );
  let end = 0;
  for (const { record } of found.media) {
    if (record.kind !== 'part') continue;
    assert.equal(record.time, end, 'no part is missing');
    end = record.time + record.duration;
  }
  assert.equal(new Set(found.media.map(({ record }) => record.epoch)).size, 1);
  assert.ok(found.media.every(({ record }) => record.kind !== 'gap' && record.discontinuities === 0));
});
