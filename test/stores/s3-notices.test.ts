/** `sluice upload --notifications`: what a server of S3 tells on a topic of Kafka is looked at at once. The server is the one that can. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { testBroker } from '../support/broker.ts';
import { noise } from '../support/bytes.ts';
import { Scope } from '../support/owner.ts';
import { startS3 } from '../support/s3.ts';
import { runSluice } from '../support/sluice.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';
import { s3Ground } from './s3-ground.ts';

const scope = new Scope();
after(() => scope.close());
const { bootstrapServers } = await testBroker();
const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
scope.after(() => kafka.close());
const topic = uniqueTopic('notices');
await kafka.createTopic({ name: topic, partitions: 2, replicationFactor: 1 });
const s3 = await startS3(scope, 'versitygw', { bootstrapServers, topic });
const env = { ...s3.environment };

test('What a bucket tells of is sent without a listing, and what is no notice is said', async (t) => {
  const ground = await s3Ground(t, s3);
  await ground.put('before', noise(10));
  const rarely = ['--notifications', topic, '--scan-interval', '1h'];
  const uploader = followSluice([...ground.args, ...rarely], { env });
  t.after(() => uploader.kill());
  const sent = (path: string) =>
    uploader.event((event) => event.type === 'sent' && event.path === path, `${path} was sent`);
  await sent('before');
  for (const path of ['after', 'a b+c/ü%20.txt', 'large']) {
    await ground.put(path, noise(path === 'large' ? 9_000_000 : 100));
    await sent(path);
  }
  const producer = kafka.producer();
  await producer.append(topic, 0, { value: Buffer.from('something else') });
  await producer.close();
  await uploader.event(
    (event) => event.type === 'warning' && /no notices/.test(String(event.message)),
    'a word',
  );
  await ground.put('after', noise(200));
  await uploader.event(
    (event) => event.type === 'sent' && event.path === 'after' && event.size === 200,
    'anew',
  );
  uploader.child.kill('SIGTERM');
  assert.equal((await uploader.ended).code, 130);
  assert.equal(await ground.faults(), '');
});

test('A topic that is not there, and a place that tells nothing, are refused', async (t) => {
  const ground = await s3Ground(t, s3);
  const none = await runSluice([...ground.args, '--notifications', uniqueTopic('none')], { env });
  assert.deepEqual([none.code, /which is not there/.test(none.stderr)], [2, true], none.stderr);
  const args = ['upload', '--from', ground.folder, '--topic', ground.topic];
  const folder = await runSluice([
    ...args,
    '--bootstrap-servers',
    bootstrapServers,
    '--notifications',
    topic,
  ]);
  assert.deepEqual([folder.code, /of buckets of s3:/.test(folder.stderr)], [2, true], folder.stderr);
});
