import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import { testBroker } from '../support/broker.ts';
import { uniqueTopic } from '../support/unique.ts';

test('A leader that has never heard of an epoch is believed before a client gives up', async (t) => {
  const { bootstrapServers } = await testBroker();
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers }, giveUpAfter: 2000 });
  t.after(() => kafka.close());
  const topic = uniqueTopic();
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  await kafka.producer().append(topic, 0, { value: Buffer.from('a') });
  assert.deepEqual([...(await kafka.agreement(topic, new Map([[0, [[7, 0]]]])))], [[0, 0]]);
});
