/**
 * Writes down what a real broker answers, as `samples.json`, for `answers.ts` to spoil: `node --test test/fuzz/kafka/capture.ts`. To be
 * run again when the client comes to speak another API, or another version of one.
 */
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { startBroker } from '../../../src/broker/broker.ts';
import { createKafka } from '../../../src/kafka/client.ts';
import { startSpoilingProxy } from '../../support/spoiling-proxy.ts';
import { uniqueTopic } from '../../support/unique.ts';

/** Behind the length and the correlation id. */
const headBytes = 8;
const most = { samples: 3, bytes: 3000 } as const;

test('The answers of a broker are written down', async (t) => {
  const samples = new Map<number, Set<string>>();
  const proxy = await startSpoilingProxy(t, ({ apiKey, bytes }) => {
    const known = samples.get(apiKey) ?? new Set<string>();
    samples.set(apiKey, known);
    if (known.size < most.samples && bytes.byteLength <= most.bytes)
      known.add(bytes.toString('base64', headBytes));
    return undefined;
  });
  const broker = await startBroker({
    listeners: { PROXIED: { protocol: 'PLAINTEXT', advertisedPorts: [proxy.port] } },
  });
  t.after(() => broker.stop());
  proxy.target = Number(broker.listeners.PROXIED!.split(':')[1]);
  const kafka = createKafka({ properties: { 'bootstrap.servers': `127.0.0.1:${proxy.port}` } });
  t.after(() => kafka.close());
  const topic = uniqueTopic();
  await kafka.describeTopic(topic);
  await kafka.createTopic({ name: topic, partitions: 2, replicationFactor: 1 });
  await kafka.createTopic({ name: topic, partitions: 2, replicationFactor: 1 });
  await kafka.describeTopic(topic);
  await kafka.listTopics();
  const producer = kafka.producer();
  for (let index = 0; index < 4; index += 1)
    await producer.append(topic, index % 2, { value: Buffer.from(`value ${index}`) });
  await producer.close();
  for (const at of ['earliest', 'latest', { time: Date.now() }] as const) await kafka.offsets(topic, at);
  await kafka.committed(topic, topic);
  await kafka.commit(topic, topic, new Map([[0, { offset: 1, metadata: 'x' }]]));
  await kafka.committed(topic, topic);
  const until = await kafka.offsets(topic, 'latest');
  for await (const batch of kafka.consumer({ topic, from: await kafka.offsets(topic, 'earliest'), until }))
    batch.release();
  const member = kafka.consumer({ topic, group: `group-${topic}` });
  for await (const batch of member) {
    batch.release();
    break;
  }
  await member.close();
  const json = Object.fromEntries([...samples].map(([apiKey, known]) => [apiKey, [...known]]));
  writeFileSync(new URL('samples.json', import.meta.url), `${JSON.stringify(json, null, 1)}\n`);
  t.diagnostic(`APIs: ${[...samples.keys()].sort((a, b) => a - b).join(', ')}`);
});
