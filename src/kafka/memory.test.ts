import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kafkaContract } from '../../test/contracts/kafka.ts';
import { createMemoryCluster, poison } from './memory.ts';

kafkaContract('The memory twin', async (t) => {
  const cluster = createMemoryCluster();
  const kafka = cluster.client();
  t.after(() => kafka.close());
  return {
    kafka,
    addPartitions: async (topic, count) => cluster.addPartitions(topic, count),
    deleteRecords: async (topic, partition, before) => cluster.deleteRecords(topic, partition, before),
    deleteTopic: async (topic) => cluster.deleteTopic(topic),
    members: async (group) => cluster.members(group),
  };
});

/** A topic `t` of one partition with these records, and a client. */
async function clusterWith(records: readonly { key?: string; value: string }[]) {
  const cluster = createMemoryCluster();
  const kafka = cluster.client();
  await kafka.createTopic({ name: 't', partitions: 1, replicationFactor: 1 });
  const producer = kafka.producer();
  for (const { key, value } of records) {
    await producer.append('t', 0, {
      key: key === undefined ? null : Buffer.from(key),
      value: Buffer.from(value),
    });
  }
  return { cluster, kafka };
}

test('The memory of a released batch is overwritten', async () => {
  const { kafka } = await clusterWith([{ value: 'aaa' }]);
  for await (const batch of kafka.consumer({ topic: 't', from: new Map([[0, 0]]) })) {
    const { value } = batch.records[0]!;
    batch.release();
    assert.deepEqual(Buffer.from(value!), Buffer.alloc(3, poison));
    break;
  }
});

test('Bytes that change before they are acknowledged are found out', async () => {
  const { kafka } = await clusterWith([]);
  const value = Buffer.from('right');
  const appended = kafka.producer().append('t', 0, { value });
  value.write('wrong');
  await appended;
  for await (const batch of kafka.consumer({ topic: 't', from: new Map([[0, 0]]) })) {
    assert.equal(Buffer.from(batch.records[0]!.value!).toString(), 'wrong');
    break;
  }
});

test('Compaction leaves gaps, at the end too', async () => {
  const { cluster, kafka } = await clusterWith([
    { key: 'a', value: '0' },
    { key: 'b', value: '1' },
    { key: 'a', value: '2' },
    { key: 'c', value: '3' },
  ]);
  cluster.compact('t');
  const seen: unknown[] = [];
  const options = { topic: 't', from: new Map([[0, 0]]), until: new Map([[0, 4]]) };
  for await (const batch of kafka.consumer(options)) {
    seen.push([batch.records.map(({ offset }) => offset), batch.nextOffset]);
  }
  assert.deepEqual(seen, [[[1, 2, 3], 4]]);
});

test('A stopped cluster answers once it is started again', async () => {
  const { cluster, kafka } = await clusterWith([]);
  cluster.stop();
  const answers = Promise.all([
    kafka.producer().append('t', 0, { value: null }),
    kafka.offsets('t', 'earliest'),
    kafka
      .consumer({ topic: 't', from: new Map([[0, 0]]) })
      [Symbol.asyncIterator]()
      .next(),
  ]);
  const first = await Promise.race([answers, new Promise((resolve) => setImmediate(resolve, 'waiting'))]);
  assert.equal(first, 'waiting');
  cluster.start();
  const [place, offsets, batch] = await answers;
  assert.deepEqual([place.offset, offsets.get(0), batch.value?.nextOffset], [0, 0, 1]);
});

test('A client that is closed while the cluster is stopped gives up what waits', async () => {
  const { cluster, kafka } = await clusterWith([]);
  cluster.stop();
  const append = assert.rejects(kafka.producer().append('t', 0, { value: null }), { kind: 'closed' });
  await kafka.close();
  await append;
});

test('What the ACLs deny is refused', async () => {
  const { cluster } = await clusterWith([]);
  const kafka = cluster.client({ denied: ['create-topic', 'describe-configs'] });
  assert.equal((await kafka.describeTopic('t'))?.maxMessageBytes, undefined);
  await kafka.createTopic({ name: 't', partitions: 1, replicationFactor: 1 });
  const created = kafka.createTopic({ name: 'u', partitions: 1, replicationFactor: 1 });
  await assert.rejects(created, { kind: 'unauthorized' });
});
