/** Over how many connections a broker is read: one that is near, several over a way that is long and gives each of them little. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startBroker } from '../../src/broker/broker.ts';
import { createKafka } from '../../src/kafka/client.ts';
import type { Consumer, Kafka } from '../../src/kafka/contract.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { differences, writeRandomFile } from '../support/files.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runSluice } from '../support/sluice.ts';
import { uniqueTopic } from '../support/unique.ts';

/** What one connection carries, and how long a round trip takes. */
const farAway = { latency: 15, bytesPerSecond: 1_500_000 };
const recordBytes = 200_000;
/** A connection that has carried so much has been read over. */
const muchBytes = 2 * recordBytes;

interface Ground {
  readonly proxy: FaultProxy;
  /** Past the proxy, and by it. */
  readonly near: string;
  readonly far: string;
}

async function ground(t: TestContext): Promise<Ground> {
  const proxy = await FaultProxy.start(t);
  const broker = await startBroker({
    listeners: { PROXIED: { protocol: 'PLAINTEXT', advertisedPorts: [proxy.port] } },
  });
  t.after(() => broker.stop());
  proxy.target = Number(broker.listeners.PROXIED!.split(':')[1]);
  return { proxy, near: broker.bootstrapServers, far: `127.0.0.1:${proxy.port}` };
}

function client(t: TestContext, bootstrap: string): Kafka {
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrap } });
  t.after(() => kafka.close());
  return kafka;
}

/** Records with the digest of their value as the key. */
async function fill(kafka: Kafka, topic: string, count: number, bytes = recordBytes): Promise<void> {
  const producer = kafka.producer();
  for (let number = 0; number < count; number += 1) {
    const value = Buffer.alloc(bytes, `${number} `);
    await producer.ready();
    void producer.append(topic, 0, { key: createHash('md5').update(value).digest(), value });
  }
  await producer.close();
}

/** Reads so many records at least, in order and as they were written. */
async function read(consumer: Consumer, count: number): Promise<void> {
  let next = 0;
  for await (const batch of consumer) {
    for (const { offset, key, value } of batch.records) {
      assert.equal(offset, next);
      assert.deepEqual(createHash('md5').update(value!).digest(), Buffer.from(key!));
      next += 1;
    }
    batch.release();
    if (next >= count) break;
  }
  assert.ok(next >= count);
}

test('Over a long way a backlog is read over several connections, near by over one', async (t) => {
  const { proxy, near, far } = await ground(t);
  const writer = client(t, near);
  const topic = uniqueTopic();
  const count = 60;
  await writer.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
  await fill(writer, topic, count);
  const from = new Map([[0, 0]]);

  /** Connections over which much was read meanwhile. */
  const usedBy = async (reading: () => Promise<void>): Promise<number> => {
    const before = proxy.carried(muchBytes);
    await reading();
    return proxy.carried(muchBytes) - before;
  };

  await t.test('Assigned partitions', async (t) => {
    proxy.faults = farAway;
    const used = await usedBy(() => read(client(t, far).consumer({ topic, from }), count));
    assert.ok(used > 2, `${used} connections`);
  });

  await t.test('Also what a single request would bring, of a broker that has been spoken to', async (t) => {
    proxy.faults = farAway;
    const kafka = client(t, far);
    const [few, some] = [uniqueTopic(), 30];
    await writer.createTopic({ name: few, partitions: 1, replicationFactor: 1 });
    await fill(writer, few, some);
    await kafka.describeTopic(few);
    const used = await usedBy(() => read(kafka.consumer({ topic: few, from }), some));
    assert.ok(used > 1, `${used} connections`);
  });

  await t.test('Those of a group', async (t) => {
    proxy.faults = farAway;
    const used = await usedBy(() => read(client(t, far).consumer({ topic, group: topic }), count));
    assert.ok(used > 2, `${used} connections`);
  });

  await t.test('No more than are allowed', async (t) => {
    proxy.faults = farAway;
    const consumer = (connections: number) => client(t, far).consumer({ topic, from, connections });
    assert.equal(await usedBy(() => read(consumer(1), 10)), 1);
    const used = await usedBy(() => read(consumer(2), count));
    assert.equal(used, 2);
  });

  await t.test('Near by', async (t) => {
    proxy.faults = {};
    const other = uniqueTopic();
    await writer.createTopic({ name: other, partitions: 1, replicationFactor: 1 });
    const few = 30;
    // Answers to small records tell that the way is short, however busy this machine is at the beginning.
    await fill(writer, other, few, 100);
    const consumer = client(t, far).consumer({ topic: other, from });
    const reading = read(consumer, few + count);
    const used = await usedBy(async () => {
      await fill(writer, other, count);
      await reading;
    });
    assert.equal(used, 1);
  });

  await t.test('What crawls on one connection comes over another', async (t) => {
    // Of the answer that is on its way then, more is left than comes while all else is read.
    proxy.faults = { ...farAway, crawl: { after: 1.5 * recordBytes, bytesPerSecond: 5000 } };
    await read(client(t, far).consumer({ topic, from }), count);
    assert.ok(proxy.crawled !== undefined && proxy.crawled < recordBytes / 2, `${proxy.crawled} bytes`);
  });

  await t.test('Many partitions of which little is left each', async (t) => {
    proxy.faults = {};
    const [wide, partitions] = [uniqueTopic(), 40];
    await writer.createTopic({ name: wide, partitions, replicationFactor: 1 });
    const producer = writer.producer();
    for (let partition = 0; partition < partitions; partition += 1) {
      await producer.ready();
      void producer.append(wide, partition, { key: null, value: Buffer.alloc(recordBytes) });
    }
    await producer.close();
    proxy.faults = farAway;
    const used = await usedBy(async () => {
      const all = new Map(Array.from({ length: partitions }, (_, partition) => [partition, 0]));
      let records = 0;
      for await (const batch of client(t, far).consumer({ topic: wide, from: all })) {
        records += batch.records.length;
        batch.release();
        if (records === partitions) break;
      }
    });
    assert.ok(used > 2, `${used} connections`);
  });

  await t.test('A download, and its files are the same', async (t) => {
    const folder = await temporaryFolder(t);
    const [source, sink, files] = [join(folder, 'source'), join(folder, 'sink'), uniqueTopic()];
    await mkdir(source);
    await writeRandomFile(join(source, 'large.bin'), 12_000_000);
    for (let number = 0; number < 20; number += 1)
      await writeRandomFile(join(source, `${number}.bin`), 10_000 + number);
    const run = async (bootstrap: string, ...args: string[]) => {
      const { code, stderr } = await runSluice([...args, '--topic', files, '--bootstrap-servers', bootstrap]);
      assert.equal(code, 0, stderr);
    };
    const upload = ['upload', '--from', source, '--name', 'desk', '--once', '--min-age', '0'];
    await run(near, ...upload, '--chunk-size', '200000', '--partitions', '2');
    proxy.faults = farAway;
    const used = await usedBy(() => run(far, 'download', '--to', sink, '--once'));
    assert.ok(used > 2, `${used} connections`);
    assert.equal(await differences(source, join(sink, 'desk')), '');
  });
});
