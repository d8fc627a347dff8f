/** A publisher that did not run for longer than its claim lasts looks who has the stream before it writes on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { testBroker } from '../support/broker.ts';
import { expectStream, standingStream } from '../support/live-stream.ts';
import { followSluice } from '../support/sluice-events.ts';
import { uniqueTopic } from '../support/unique.ts';

test('A stopped publisher loses its stream to the next one, and writes nothing when it runs again', async (t) => {
  const { bootstrapServers } = await testBroker();
  const topic = uniqueTopic('live');
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  const publish = () => {
    const run = followSluice([
      ...['live', 'publish', '--bootstrap-servers', bootstrapServers, '--topic', topic, '--stream', 'cam'],
      ...['--input', 'test', '--size', '64x36', '--bitrate', '50k', '--preset', 'ultrafast'],
      ...['--segment-target', '1s'],
    ]);
    t.after(() => run.kill());
    return run;
  };
  const segment = ({ type }: { readonly type: string }) => type === 'segment';
  const first = publish();
  await first.event(segment, 'a segment');
  first.child.kill('SIGSTOP');
  const second = publish();
  const waiting = await second.event(({ type }) => type === 'waiting', 'waiting');
  assert.match(String(waiting.message), /not given back; .* 10 s \(--takeover does not wait\)/);
  await second.event(segment, 'a segment');
  first.child.kill('SIGCONT');
  const { code, stderr } = await first.ended;
  assert.equal(code, 1);
  assert.match(stderr, /taken over by .*epoch 2/);
  second.child.kill('SIGINT');
  await second.ended;
  const found = await standingStream(kafka, topic, 'cam');
  expectStream(found);
  const epochs = found.media.map(({ record }) => record.epoch);
  assert.deepEqual([...new Set(epochs)], [1, 2]);
  assert.equal(epochs.lastIndexOf(1), epochs.indexOf(2) - 1, 'nothing of the first stands behind the second');
});
