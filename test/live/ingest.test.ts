/** Streams that are sent: real FFmpeg as senders, real Kafka, and the command line between them. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { testBroker } from '../support/broker.ts';
import { expectStream, segmentsOf, standingStream } from '../support/live-stream.ts';
import { addKey, startIngest, startSender } from '../support/senders.ts';
import { uniqueTopic } from '../support/unique.ts';

async function ground(t: TestContext, args: readonly string[] = []) {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('ingest');
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  const key = await addKey(bootstrapServers, topic, '*');
  const ingest = startIngest(t, bootstrapServers, topic, args);
  const url = async (stream: string, given = key) =>
    `rtmp://127.0.0.1:${await ingest.port('rtmp')}/live/${stream}?key=${given}`;
  return {
    ...ingest,
    bootstrapServers,
    topic,
    key,
    url,
    standing: (stream: string) => standingStream(kafka, topic, stream),
  };
}

test('Two streams at once: both are published, and each ends with its sender', async (t) => {
  const { of, run, url, standing } = await ground(t);
  const senders = [startSender(t, await url('one')), startSender(t, await url('two'))];
  for (const stream of ['one', 'two'])
    await of(stream, ({ type, media }) => type === 'segment' && media === 1, `segment 1 of ${stream}`);
  await senders[0]?.stop();
  await of('one', ({ type }) => type === 'ended', 'the end of one');
  await of('two', ({ type, media }) => type === 'segment' && media === 2, 'segment 2 of two');
  await senders[1]?.stop();
  await of('two', ({ type }) => type === 'ended', 'the end of two');
  for (const stream of ['one', 'two']) {
    const found = await standing(stream);
    expectStream(found);
    assert.equal(found.media.at(-1)?.record.kind, 'end');
    assert.deepEqual(new Set(found.media.map(({ record }) => record.epoch)), new Set([1]));
  }
  run.child.kill('SIGTERM');
  assert.equal((await run.ended).code, 0);
});

test('A key that opens nothing is refused in words, before any media', async (t) => {
  const { run, url } = await ground(t);
  const { code, stderr } = await startSender(t, await url('cam', 'wrong')).ended;
  assert.notEqual(code, 0);
  assert.match(stderr, /the key opens no stream "cam" here/);
  const refused = await run.event(({ type }) => type === 'refused', 'a refusal');
  assert.equal(refused.why, 'denied');
  assert.doesNotMatch(JSON.stringify(refused), /wrong/);
});

test('A sender that is killed and comes back goes on with the same programme', async (t) => {
  const { of, url, standing } = await ground(t);
  const first = startSender(t, await url('cam'));
  await of('cam', ({ type, media }) => type === 'segment' && media === 1, 'segment 1');
  await first.kill();
  await of('cam', ({ type }) => type === 'waiting', 'the loss');
  const second = startSender(t, await url('cam'));
  await of('cam', ({ type, epoch }) => type === 'segment' && epoch === 2, 'a segment of epoch 2');
  await second.stop();
  await of('cam', ({ type }) => type === 'ended', 'the end');
  const found = await standing('cam');
  expectStream(found);
  assert.equal(found.media.filter(({ record }) => record.kind === 'end').length, 1);
  const segments = segmentsOf(found.media);
  assert.deepEqual(
    segments,
    segments.map((_, index) => index),
  );
});
