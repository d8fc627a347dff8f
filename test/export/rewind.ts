/**
 * `npm run test:archive`: a stream lives, an exporter fills a bucket of S3, Kafka removes the older half, and hls.js in Chromium goes back to the first
 * picture and plays through the seam. Prints what a viewer waited for.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { outcomeOf, play } from '../browser/other-players.ts';
import { administrator } from '../support/administrator.ts';
import { testBroker } from '../support/broker.ts';
import { get } from '../support/delivery.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';
import { s3Place } from './places.ts';

test('hls.js goes back past what Kafka has removed, and plays through the seam', async (t) => {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('live');
  const place = await s3Place(t);
  const start = (...args: readonly string[]) => {
    const common = ['--bootstrap-servers', bootstrapServers, '--topic', topic];
    const run = followSluice([...args, ...common], { env: place.environment });
    t.after(() => run.kill());
    return run;
  };
  const publisher = start(
    ...['live', 'publish', '--stream', 'cam', '--input', 'test', '--rendition', '320x180@200k'],
    ...['--preset', 'ultrafast', '--segment-target', '1s', '--keyframe-interval', '1s'],
  );
  start('live', 'export', '--stream', 'cam', '--to', place.to);
  const server = start(
    'serve',
    '--port',
    '0',
    '--window',
    '6s',
    '--archive',
    place.to.replace(/cam$/, '{stream}'),
  );
  const { url } = await server.event(({ type }) => type === 'serving', 'the server');
  const base = `${url}/live/cam`;
  await publisher.event(({ type, media }) => type === 'segment' && Number(media) >= 20, 'twenty segments');
  const text = async (path: string): Promise<string> => (await get(`${base}/${path}`)).body.toString();
  const long = await text('180p/live.m3u8?from=0');
  const named = [...long.matchAll(/^seg-\S+$/gm)].map(([name]) => name);

  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers }, clientId: 'test' });
  t.after(() => kafka.close());
  const ends = await kafka.offsets(topic, 'latest');
  for (const [partition, end] of ends)
    if (end > 0)
      await administrator(t, bootstrapServers).deleteRecords(topic, partition, Math.floor(end / 2));
  const waits: number[] = [];
  for (const name of named.slice(0, 8)) {
    const since = performance.now();
    const { status, body } = await get(`${base}/180p/${name}`);
    waits.push(Math.round(performance.now() - since));
    assert.deepEqual(
      [status, body.equals((await place.read(`180p/${name}`)) ?? Buffer.alloc(0))],
      [200, true],
      name,
    );
  }
  const same = (await text('180p/live.m3u8?from=0')).split('\n').filter((line) => line.startsWith('seg-'));
  assert.deepEqual(same.slice(0, named.length), named);

  const page = await play(
    t,
    new URL(import.meta.resolve('hls.js/dist/hls.min.js')),
    `const hls = new Hls({ lowLatencyMode: false, startPosition: 0 });
    globalThis.played = [];
    hls.on('hlsError', (_, { fatal, details }) => fatal && errors.push(details));
    hls.on('hlsFragChanged', (_, { frag }) => played.push(frag.sn));
    hls.loadSource('${base}/index.m3u8?from=-3600');
    hls.attachMedia(document.querySelector('video'));`,
  );
  const played = (): Promise<number[]> =>
    page.evaluate(() => (globalThis as unknown as { played: number[] }).played);
  await waitFor(
    async () => ((await played()).at(-1) ?? 0) >= 16 || (await outcomeOf(page)).errors.length > 0,
    { what: 'the seam and what follows it', timeout: 180_000 },
  );
  const { errors, frames, seeks } = await outcomeOf(page);
  const numbers = await played();
  t.diagnostic(
    `played segments ${numbers.join(' ')}: ${frames} pictures, ${seeks} jumps, errors ${errors.join(' ') || 'none'}`,
  );
  t.diagnostic(`milliseconds for an older segment from S3: ${waits.join(' ')}`);
  t.diagnostic(
    `removed: ${[...(await kafka.offsets(topic, 'earliest')).values()]} of ${[...ends.values()]} records`,
  );
  assert.deepEqual(errors, []);
  assert.deepEqual(
    numbers.slice(0, 16),
    Array.from({ length: 16 }, (_, number) => number),
  );
});
