/** A line that is cut for seconds, without a word to anybody: how soon after that work goes on. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startBroker } from '../../src/broker/broker.ts';
import { createKafka } from '../../src/kafka/client.ts';
import { openSocketSoon } from '../../src/kafka/cluster/knocking.ts';
import type { Kafka, KafkaStatus } from '../../src/kafka/contract.ts';
import { type CutLine, startCutLine } from '../support/cut-line.ts';
import { uniqueName } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

/** A time-out would take 30 s, and the kernel's own next attempt some seconds; a new attempt every half second much less. */
const soonMs = 2500;

async function stage(
  t: TestContext,
  onStatus?: (status: KafkaStatus) => void,
): Promise<{ line: CutLine; client: Kafka; witness: Kafka }> {
  const line = await startCutLine(t);
  const listeners = { CUT: { protocol: 'PLAINTEXT', advertisedPorts: [line.port] } } as const;
  const broker = await startBroker({ listeners });
  t.after(() => broker.stop());
  line.target(Number(broker.listeners.CUT!.split(':')[1]));
  const client = (servers: string): Kafka => {
    const properties = { 'bootstrap.servers': servers };
    const kafka = createKafka(onStatus === undefined ? { properties } : { properties, onStatus });
    t.after(() => kafka.close());
    return kafka;
  };
  return { line, client: client(`127.0.0.1:${line.port}`), witness: client(broker.bootstrapServers) };
}

test('After a cut reading and writing go on at once', async (t) => {
  const told: KafkaStatus[] = [];
  const { line, client, witness } = await stage(t, (status) => told.push(status));
  const topic = uniqueName('cut');
  await client.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  let read = 0;
  const consumer = client.consumer({ topic, from: new Map([[0, 0]]) });
  const reading = (async () => {
    for await (const batch of consumer) {
      read += batch.records.length;
      batch.release();
    }
  })();
  const producer = client.producer();
  await producer.append(topic, 0, { value: Buffer.from('before') });
  await waitFor(() => read === 1);

  await line.cut();
  const writer = witness.producer();
  await writer.append(topic, 0, { value: Buffer.from('read after the cut') });
  let isWritten = false;
  const writing = producer.append(topic, 0, { value: Buffer.from('written in the cut') }).then(() => {
    isWritten = true;
  });
  await delay(8000);
  assert.ok(!isWritten && read === 1, 'nothing passes while the line is cut');
  assert.deepEqual(
    told.map(({ state }) => state),
    ['unreachable'],
    'it is told during the cut',
  );
  line.mend();
  const mended = performance.now();
  await writing;
  await waitFor(() => read === 3);
  const took = performance.now() - mended;
  assert.ok(took < soonMs, `it took ${took} ms`);
  await waitFor(() => told.at(-1)?.state === 'connected');
  // The record that was in doubt stands there once.
  assert.equal((await witness.offsets(topic, 'latest')).get(0), 3);
  await consumer.close();
  await reading;
});

test('A connection that was asked for in a cut stands soon after it', async (t) => {
  const line = await startCutLine(t);
  await line.cut();
  const sink = { push: () => {}, filled: () => {}, place: undefined };
  const address = { host: '127.0.0.1', port: line.port };
  const opening = openSocketSoon({ address, tls: undefined, connectTimeout: 10_000, sink }, 500);
  // The kernel asks by itself after 1 s and 3 s, and would do so again after 7 s.
  await delay(3300);
  line.mend();
  const mended = performance.now();
  const socket = await opening;
  socket.destroy();
  const took = performance.now() - mended;
  assert.ok(took < soonMs, `it took ${took} ms`);
});
