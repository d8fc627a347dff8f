import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { createKafka } from '../../src/kafka/client.ts';
import {
  type Compression,
  type FetchedBatch,
  type Kafka,
  KafkaError,
  type NewRecord,
} from '../../src/kafka/contract.ts';
import { codecs } from '../../src/kafka/wire/compress.ts';
import { readTopic } from '../contracts/kafka/ground.ts';
import { testBroker } from '../support/broker.ts';
import { kcat } from '../support/kcat.ts';
import { storedBatches } from '../support/stored-batches.ts';
import { uniqueTopic } from '../support/unique.ts';

const named = ['zstd', 'lz4', 'gzip', 'snappy'] as const;
const headers = [['name', Buffer.from('Grüße')]] as const;

interface Ground {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly bootstrap: string;
  /** Appends all at once, and gives the stored batches' heads. */
  store(compression: Compression, records: readonly NewRecord[]): ReturnType<typeof storedBatches>;
}

async function ground(t: TestContext, config: Readonly<Record<string, string>> = {}): Promise<Ground> {
  const { bootstrapServers: bootstrap } = await testBroker();
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrap } });
  t.after(() => kafka.close());
  const topic = uniqueTopic();
  await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1, config });
  return {
    kafka,
    topic,
    bootstrap,
    async store(compression, records) {
      const producer = kafka.producer({ compression });
      await Promise.all(records.map((record) => producer.append(topic, 0, record)));
      assert.equal(producer.pendingBytes, 0);
      await producer.close();
      return storedBatches(t, kafka, bootstrap, topic);
    },
  };
}

function lines(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `line ${index} ${'of many alike '.repeat(index % 20)}`);
}

for (const codec of named) {
  test(`librdkafka reads what we have compressed by ${codec}`, async (t) => {
    const { bootstrap, topic, store } = await ground(t);
    const large = Buffer.alloc(1_000_000, lines(3000).join(';'));
    const records = [
      ...lines(500).map((line) => ({ key: Buffer.from('k'), headers, value: Buffer.from(line) })),
      { key: null, headers, value: [large.subarray(0, 300_000), large.subarray(300_000)] },
    ];
    const heads = await store(codec, records);
    assert.deepEqual(new Set(heads.map(({ compression }) => compression)), new Set([codecs[codec]]));
    assert.ok(heads.length < 10, `${heads.length} batches for records that were appended at once`);
    assert.equal(
      heads.reduce((sum, { count }) => sum + count, 0),
      501,
    );
    const stored = heads.reduce((sum, { start, end }) => sum + end - start, 0);
    assert.ok(stored < 200_000, `${stored} bytes stand on the topic`);
    const args = ['-b', bootstrap, '-t', topic, '-C', '-e', '-q', '-X', 'check.crcs=true'];
    const read = (await kcat([...args, '-f', '%k|%h|%s\n'])).toString().split('\n');
    const expected = lines(500).map((line) => `k|name=Grüße|${line}`);
    assert.deepEqual(read, [...expected, `|name=Grüße|${large}`, '']);
  });

  test(`Java expands what we have compressed by ${codec}`, async (t) => {
    // The broker's own code has to read the records here, for it is told to store them in another way.
    const { kafka, topic, store } = await ground(t, { 'compression.type': 'uncompressed' });
    const text = lines(5000).join('\n');
    const values = [text, text.slice(0, 65_536), text.slice(0, 65_537), 'x'.repeat(700_000)];
    const heads = await store(
      codec,
      values.map((value) => ({ value: Buffer.from(value) })),
    );
    assert.deepEqual(new Set(heads.map(({ compression }) => compression)), new Set([0]));
    const read = (await readTopic(kafka, topic)).map((record) => record.text);
    assert.deepEqual(read, values);
  });

  test(`What ${codec} does not make smaller is sent as it is`, async (t) => {
    const { kafka, topic, store } = await ground(t);
    const values = [10, 1000, 100_000, 900_000].map((size) => randomBytes(size));
    const heads = await store(
      codec,
      values.map((value) => ({ value })),
    );
    assert.deepEqual(new Set(heads.map(({ compression }) => compression)), new Set([0]));
    const read = await readTopic(kafka, topic);
    assert.deepEqual(
      read.map(({ value }) => value),
      values,
    );
  });
}

test('auto takes zstd for what promises something, and leaves the rest alone', async (t) => {
  const text = lines(3000).join('\n');
  const rows: [string, Uint8Array, number][] = [
    ['text', Buffer.from(text), codecs.zstd],
    ['noise', randomBytes(500_000), 0],
    ['a short text', Buffer.from(text.slice(0, 500)), 0],
  ];
  for (const [what, value, expected] of rows) {
    const { store } = await ground(t);
    const heads = await store('auto', [{ value }]);
    assert.deepEqual(
      heads.map(({ compression }) => compression),
      [expected],
      what,
    );
  }
});

test('Records of many sizes, on many partitions, keep their order through every codec', async (t) => {
  const { bootstrapServers } = await testBroker();
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  for (const compression of ['auto', ...named] as const) {
    const topic = uniqueTopic();
    await kafka.createTopic({ name: topic, partitions: 3, replicationFactor: 1 });
    const producer = kafka.producer({ compression, bufferBytes: 2_000_000 });
    const texts = Array.from({ length: 150 }, (_, index) =>
      `${index} `.repeat(index % 10 === 0 ? 30_000 : index),
    );
    const appends: Promise<unknown>[] = [];
    for (const [index, text] of texts.entries()) {
      await producer.ready();
      appends.push(producer.append(topic, index % 3, { value: Buffer.from(text) }));
    }
    await producer.close();
    await Promise.all(appends);
    assert.equal(producer.pendingBytes, 0);
    const read = await readTopic(kafka, topic);
    for (const partition of [0, 1, 2]) {
      assert.deepEqual(
        read.filter((record) => record.partition === partition).map(({ text }) => text),
        texts.filter((_, index) => index % 3 === partition),
        `${compression}, partition ${partition}`,
      );
    }
  }
});

test('A client that is closed while batches are compressed leaves nothing behind', async (t) => {
  const { bootstrapServers } = await testBroker();
  for (const compression of named) {
    const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
    t.after(() => kafka.close());
    const topic = uniqueTopic();
    await kafka.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
    const producer = kafka.producer({ compression });
    await producer.append(topic, 0, { value: null });
    const value = Buffer.alloc(900_000, lines(2000).join());
    const appends = Array.from({ length: 20 }, () => producer.append(topic, 0, { value }));
    // A turn later the first of them are being compressed.
    await new Promise(setImmediate);
    await kafka.close();
    const outcomes = await Promise.allSettled(appends);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      assert.ok(outcome.reason instanceof KafkaError && outcome.reason.kind === 'closed');
    }
    await producer.close();
    assert.equal(producer.pendingBytes, 0, compression);
  }
});

test('A few bytes of the wire that become many are handed out as fast as they are released', async (t) => {
  const { kafka, topic, store } = await ground(t);
  const value = Buffer.alloc(900_000);
  const heads = await store(
    'zstd',
    Array.from({ length: 60 }, () => ({ value })),
  );
  assert.ok(heads.reduce((sum, { start, end }) => sum + end - start, 0) < 20_000);
  const bufferBytes = 12_000_000;
  const until = await kafka.offsets(topic, 'latest');
  const batches = kafka
    .consumer({ topic, from: new Map([[0, 0]]), until, bufferBytes })
    [Symbol.asyncIterator]();
  const sizeOf = (batch: FetchedBatch) =>
    batch.records.reduce((sum, record) => sum + record.value!.byteLength, 0);
  const held: FetchedBatch[] = [];
  let bytes = 0;
  let next = batches.next();
  const happened: string[] = [];
  while (bytes + 4 * 1024 * 1024 <= bufferBytes) {
    const { value: batch } = await next;
    held.push(batch!);
    bytes += sizeOf(batch!);
    next = batches.next();
  }
  assert.ok(bytes < bufferBytes + 1_000_000, `${bytes} bytes were handed out`);
  void next.then(() => happened.push('the next batch'));
  // All has been fetched, so that the next batch would be there long before another consumer has read everything.
  assert.equal((await readTopic(kafka, topic)).length, 60);
  happened.push('a release');
  let read = held.flatMap(({ records }) => records).length;
  for (const { release } of held) release();
  for (let result = await next; !result.done; result = await batches.next()) {
    assert.ok(sizeOf(result.value) < 5_500_000, `${sizeOf(result.value)} bytes in one batch`);
    read += result.value.records.length;
    result.value.release();
  }
  assert.deepEqual(happened, ['a release', 'the next batch']);
  assert.equal(read, 60);
});

test('What becomes much does not hold up the other partitions', async (t) => {
  const { bootstrapServers } = await testBroker();
  const kafka = createKafka({ properties: { 'bootstrap.servers': bootstrapServers } });
  t.after(() => kafka.close());
  const topic = uniqueTopic();
  await kafka.createTopic({ name: topic, partitions: 3, replicationFactor: 1 });
  const producer = kafka.producer({ compression: 'zstd' });
  const much = Buffer.alloc(900_000);
  await Promise.all([
    ...Array.from({ length: 40 }, () => producer.append(topic, 1, { value: much })),
    ...[0, 2].map((partition) => producer.append(topic, partition, { value: Buffer.from('little') })),
  ]);
  const from = new Map([0, 1, 2].map((partition) => [partition, 0]));
  const until = await kafka.offsets(topic, 'latest');
  const offsets: number[] = [];
  const order: number[] = [];
  for await (const { partition, records, release } of kafka.consumer({ topic, from, until })) {
    order.push(partition);
    if (partition === 1) offsets.push(...records.map(({ offset }) => offset));
    release();
  }
  assert.deepEqual(offsets, [...Array(40).keys()]);
  // One of the small partitions stands behind the large one in whatever the broker answers.
  assert.ok(order.length > 8 && order.at(-1) === 1, `read in the order of ${order}`);
});
