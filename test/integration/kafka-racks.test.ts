import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type RunningBroker, startBroker } from '../../src/broker/broker.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { Kafka } from '../../src/kafka/contract.ts';
import { kcat } from '../support/kcat.ts';
import { type RewritingProxy, startRewritingProxy } from '../support/rewriting-proxy.ts';
import { uniqueTopic } from '../support/unique.ts';
import { waitFor } from '../support/wait.ts';

const fetchApi = 1;
const offsetOutOfRange = 1;
const size = 100_000;
const count = 60;

/** Three brokers in three racks, each behind a proxy of its own. */
async function racks(t: TestContext): Promise<{ cluster: RunningBroker; proxies: RewritingProxy[] }> {
  const proxies = await Promise.all([0, 1, 2].map(() => startRewritingProxy(t)));
  const cluster = await startBroker({
    brokers: 3,
    heapMegabytes: 256,
    properties: {
      'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
    },
    nodeProperties: ['a', 'b', 'c'].map((rack) => ({ 'broker.rack': rack })),
    listeners: { PROXIED: { protocol: 'PLAINTEXT', advertisedPorts: proxies.map(({ port }) => port) } },
  });
  t.after(() => cluster.stop());
  for (const [index, address] of cluster.listeners.PROXIED!.split(',').entries()) {
    proxies[index]!.target = Number(address.split(':')[1]);
  }
  return { cluster, proxies };
}

function client(t: TestContext, proxies: readonly RewritingProxy[], rack: string): Kafka {
  const servers = proxies.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const kafka = createKafka({ properties: { 'bootstrap.servers': servers, 'client.rack': rack } });
  t.after(() => kafka.close());
  return kafka;
}

/** Numbered records, as many to each of the partitions. */
async function fill(kafka: Kafka, topic: string, partitions: number, from = 0): Promise<void> {
  const producer = kafka.producer();
  for (let number = from; number < from + count; number += 1) {
    const value = Buffer.alloc(size);
    value.writeInt32BE(number);
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    await Promise.all(all.map((partition) => producer.append(topic, partition, { value })));
  }
  await producer.close();
}

interface Listing {
  readonly topics: readonly {
    readonly partitions: readonly { readonly partition: number; readonly leader: number }[];
  }[];
}

/** A partition that this broker does not lead. */
async function ledElsewhere(bootstrap: string, topic: string, broker: number): Promise<number> {
  const listing = JSON.parse((await kcat(['-b', bootstrap, '-L', '-J', '-t', topic])).toString()) as Listing;
  const found = listing.topics[0]!.partitions.find(({ leader }) => leader !== broker);
  assert.ok(found);
  return found.partition;
}

test('The replica in the client’s rack is read, and the leader when that one fails', async (t) => {
  const { cluster, proxies } = await racks(t);
  const kafka = client(t, proxies, 'b');
  const fetched = () => proxies.map((proxy) => proxy.answered(fetchApi));

  await t.test(
    'Bytes come from the nearest replica; when it dies, from the leaders, and nothing is lost',
    async () => {
      const topic = uniqueTopic();
      await kafka.createTopic({ name: topic, partitions: 3, replicationFactor: 3 });
      await fill(kafka, topic, 3);
      const before = fetched();
      const read = new Map([0, 1, 2].map((partition) => [partition, [] as number[]]));
      const total = () => [...read.values()].reduce((sum, numbers) => sum + numbers.length, 0);
      const consumer = kafka.consumer({ topic, from: await kafka.offsets(topic, 'earliest') });
      const reading = (async () => {
        for await (const { partition, records, release } of consumer) {
          for (const { value } of records) read.get(partition)!.push(Buffer.from(value!).readInt32BE());
          release();
        }
      })();
      await waitFor(() => total() === 3 * count);
      const [a, b, c] = fetched().map((bytes, index) => bytes - before[index]!) as [number, number, number];
      assert.ok(b > 3 * count * size, `${b} bytes came from the client's rack`);
      assert.ok(a + c < size, `${a} and ${c} bytes came from the others`);

      await cluster.nodes[1]!.kill();
      await fill(kafka, topic, 3, count);
      await waitFor(() => total() === 6 * count, { timeout: 60_000 });
      await consumer.close();
      await reading;
      const numbers = [...Array(2 * count).keys()];
      for (const partition of [0, 1, 2]) assert.deepEqual(read.get(partition), numbers);
      await cluster.nodes[1]!.start();
    },
  );

  await t.test('A replica that does not have the offset is no gap: the leader has', async () => {
    const topic = uniqueTopic();
    await kafka.createTopic({ name: topic, partitions: 3, replicationFactor: 3 });
    await fill(kafka, topic, 3);
    const partition = await ledElsewhere(cluster.bootstrapServers, topic, 2);
    let refusals = 0;
    proxies[1]!.rewrite = (apiKey, body) => {
      if (apiKey !== fetchApi || body[11] !== 2 || body[28] !== 2) return;
      // The error code of the one partition, behind the heads of response, topic and partition.
      body.writeInt16BE(offsetOutOfRange, 33);
      refusals += 1;
    };
    const numbers: number[] = [];
    const from = new Map([[partition, 0]]);
    const until = new Map([[partition, count]]);
    const onGap = () => assert.fail('nothing is lost');
    for await (const { records, release } of kafka.consumer({ topic, from, until, onGap })) {
      for (const { value } of records) numbers.push(Buffer.from(value!).readInt32BE());
      release();
    }
    assert.deepEqual(numbers, [...Array(count).keys()]);
    assert.equal(refusals, 1, 'the leader alone is asked then');
  });
});
