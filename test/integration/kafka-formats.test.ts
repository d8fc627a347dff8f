import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import { testBroker } from '../support/broker.ts';
import { kcat } from '../support/kcat.ts';
import { uniqueTopic } from '../support/unique.ts';

async function topicOf(t: TestContext): Promise<{ kafka: Kafka; topic: string; bootstrap: string }> {
  const { bootstrapServers: bootstrap } = await testBroker();
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrap } });
  t.after(() => kafka.close());
  const topic = uniqueTopic();
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  return { kafka, topic, bootstrap };
}

for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
  test(`What librdkafka has written with ${codec} is read`, async (t) => {
    const { kafka, topic, bootstrap } = await topicOf(t);
    const lines = Array.from(
      { length: 500 },
      (_, index) => `line ${index} ${'of many alike '.repeat(index % 20)}`,
    );
    const args = ['-b', bootstrap, '-t', topic, '-P', '-z', codec, '-k', 'key', '-H', 'name=value'];
    await kcat([...args, '-X', 'linger.ms=200'], lines.join('\n'));
    const read: string[] = [];
    const until = await kafka.offsets(topic, 'latest');
    for await (const { records, release } of kafka.consumer({ topic, from: new Map([[0, 0]]), until })) {
      for (const { key, value, headers } of records) {
        assert.equal(Buffer.from(key!).toString(), 'key');
        assert.deepEqual(
          headers.map(([name, bytes]) => `${name}=${Buffer.from(bytes)}`),
          ['name=value'],
        );
        read.push(Buffer.from(value!).toString());
      }
      release();
    }
    assert.deepEqual(read, lines);
  });
}

test('librdkafka reads what we have written', async (t) => {
  const { kafka, topic, bootstrap } = await topicOf(t);
  const producer = kafka.producer();
  const headers = [['name', Buffer.from('Grüße')]] as const;
  await producer.append(topic, 0, {
    key: Buffer.from('k'),
    headers,
    value: [Buffer.from('in '), Buffer.from('pieces')],
  });
  await producer.append(topic, 0, { key: Buffer.from('k'), value: null });
  await producer.append(topic, 0, { value: Buffer.alloc(500_000, 'x') });
  await producer.close();
  const args = ['-b', bootstrap, '-t', topic, '-C', '-e', '-q', '-X', 'check.crcs=true'];
  const [first, second, third] = (await kcat([...args, '-f', '%o|%k|%h|%S|%s\n'])).toString().split('\n');
  assert.equal(first, '0|k|name=Grüße|9|in pieces');
  assert.equal(second, '1|k||-1|');
  assert.equal(third, `2|||500000|${'x'.repeat(500_000)}`);
});
