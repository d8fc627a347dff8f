/** A broker that takes few connections of one address: those that it takes do all the work, and it is left in peace. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startBroker } from '../../src/broker/broker.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import { startSlowLine } from '../support/slow-line.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

const [host, most] = ['127.0.0.9', 3];
const [count, bytes] = [60, 64 * 1024];

test('A broker that takes few connections', async (t) => {
  const line = await startSlowLine(t, { delay: 20, each: 1_000_000, from: host });
  const broker = await startBroker({
    listeners: { FAR: { protocol: 'PLAINTEXT', advertisedPorts: [line.port] } },
    properties: { 'max.connections.per.ip.overrides': `${host}:${most}` },
  });
  t.after(() => broker.stop());
  line.target = Number(broker.listeners.FAR!.split(':')[1]);
  const client = (t: TestContext): Kafka => {
    const kafka = createKafka({ properties: { 'bootstrap.servers': `127.0.0.1:${line.port}` } });
    t.after(() => kafka.close());
    return kafka;
  };
  const topic = uniqueTopic();
  const read = async (kafka: Kafka): Promise<void> => {
    const [from, until] = [new Map([[0, 0]]), new Map([[0, count]])];
    let records = 0;
    for await (const batch of kafka.consumer({ topic, from, until })) {
      records += batch.records.length;
      batch.release();
    }
    assert.equal(records, count);
  };

  await t.test('Writing', async (t) => {
    const kafka = client(t);
    await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
    const producer = kafka.producer({ connections: 8 });
    const value = Buffer.alloc(bytes, 'x');
    let done = 0;
    const before = line.carried(-1);
    for (let number = 0; number < count; number += 1)
      void producer.append(topic, 0, { key: null, value }, 'free').then(() => {
        done += 1;
      });
    const begun = performance.now();
    await waitFor(() => done === count, { timeout: 15_000 }).catch(() => {});
    t.diagnostic(
      `${done} records, ${performance.now() - begun} ms, ${line.carried(-1) - before} connections`,
    );
    assert.equal(done, count);
  });

  await t.test('Reading', async (t) => {
    const kafka = client(t);
    const before = line.carried(-1);
    let read = 0;
    for await (const batch of kafka.consumer({
      topic,
      from: new Map([[0, 0]]),
      until: new Map([[0, count]]),
    })) {
      read += batch.records.length;
      batch.release();
    }
    assert.equal(read, count);
    t.diagnostic(`${line.carried(-1) - before} connections`);
  });

  await t.test('Reading from one that takes others, and lets them wait', async (t) => {
    const kafka = client(t);
    await kafka.describeTopic(topic);
    line.serve(1);
    t.after(() => line.serve(Number.POSITIVE_INFINITY));
    const begun = performance.now();
    await read(kafka);
    const took = performance.now() - begun;
    assert.ok(took < 15_000, `${took} ms, and a time-out is 30 s`);
  });
});
