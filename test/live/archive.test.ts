/** Rewinding past what Kafka keeps: a real publisher, an exporter, Kafka that removes records, and servers as users run them. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { hashesOfPictures } from '../export/judge.ts';
import { administrator } from '../support/administrator.ts';
import { testBroker } from '../support/broker.ts';
import { get } from '../support/delivery.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type FollowedSluice, followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';

test('What Kafka has removed plays on from the export, picture by picture and by the same playlist', async (t) => {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('live');
  const folder = await temporaryFolder(t);
  const start = (...args: readonly string[]): FollowedSluice => {
    const run = followSluice([...args, '--bootstrap-servers', bootstrapServers, '--topic', topic]);
    t.after(() => run.kill());
    return run;
  };
  const serve = async (...args: readonly string[]): Promise<string> => {
    const archive = join(folder, '{stream}');
    const run = start('serve', '--port', '0', '--archive', archive, '--cache', '0', ...args);
    const { url } = await run.event(({ type }) => type === 'serving', 'the server');
    return String(url);
  };
  const publisher = start(
    ...['live', 'publish', '--stream', 'cam', '--input', 'test', '--rendition', '160x90@100k'],
    ...['--preset', 'ultrafast', '--segment-target', '500ms', '--keyframe-interval', '500ms'],
  );
  const exporter = start('live', 'export', '--stream', 'cam', '--to', join(folder, 'cam'));
  await publisher.event(({ type, media }) => type === 'segment' && Number(media) >= 6, 'the seventh segment');
  const url = await serve();
  publisher.child.kill('SIGINT');
  assert.equal((await exporter.ended).summary?.over, true);
  const read = async (path: string): Promise<string> => {
    const { status, body } = await get(`${url}/live/cam/90p/${path}`);
    assert.equal(status, 200, path);
    return body.toString();
  };
  const whole = await read('vod.m3u8');
  const pictures = await hashesOfPictures(`${url}/live/cam/90p/vod.m3u8`);
  assert.ok(pictures.length > 40, `${pictures.length} pictures`);

  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers }, clientId: 'test' });
  t.after(() => kafka.close());
  const ends = await kafka.offsets(topic, 'latest');
  for (const [partition, end] of ends)
    if (end > 0)
      await administrator(t, bootstrapServers).deleteRecords(topic, partition, Math.floor(end / 2));
  const removed = [...(await kafka.offsets(topic, 'earliest')).values()];
  assert.ok(Math.max(...removed) > 0, 'Kafka has removed something');
  const first = /^seg-.*$/m.exec(whole)?.[0] ?? '';
  assert.equal(
    (await get(`${url}/live/cam/90p/${first}`)).headers['cache-control'],
    'public, max-age=31536000, immutable',
  );
  assert.equal(await read('vod.m3u8'), whole);
  assert.deepEqual(await hashesOfPictures(`${url}/live/cam/90p/vod.m3u8`), pictures);

  const other = await serve();
  assert.equal((await get(`${other}/live/cam/90p/vod.m3u8`)).body.toString(), whole);
  assert.deepEqual(await hashesOfPictures(`${other}/live/cam/90p/vod.m3u8`), pictures);
});
