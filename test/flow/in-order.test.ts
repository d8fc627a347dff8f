import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kafka } from '../../src/kafka/contract.ts';
import { MemoryBucket, MemoryBucketSink } from '../../src/stores/memory/bucket.ts';
import { type CraftedFile, craftedChunks, craftedClose, craftedUpload } from '../support/crafted.ts';
import { faultySink, once } from '../support/faulty-store.ts';
import { Flow, md5, noise } from '../support/flow.ts';
import { withHeader } from '../support/records.ts';

/** What an upload is said to need where two of them find room at a time, and four more that are fetched again. */
const quarterOfAll = 8 * 1024 * 1024;

/** Path -> digest of what stands in a bucket below the uploader's folder. */
function received(flow: Flow, bucket: MemoryBucket): Record<string, string> {
  const prefix = flow.uploader.length + 1;
  const found = [...bucket.objects].map(([target, { bytes }]): [string, string] => [
    target.slice(prefix),
    md5(bytes),
  ]);
  return Object.fromEntries(found.sort());
}

/** A client that counts the consumers of the files topic that were made. */
function countingConsumers(kafka: Kafka) {
  const count = { begun: 0 };
  const counting = new Proxy(kafka, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name === 'consumer')
        return (options: Parameters<Kafka['consumer']>[0]) => {
          if (options.topic === 'files') count.begun += 1;
          return target.consumer(options);
        };
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { kafka: counting, count };
}

test('Interleaved uploads for which there is no room are fetched in turn, several in one reading', async () => {
  const flow = new Flow();
  for (let index = 0; index < 20; index += 1) flow.source.write(`f${index}`, noise(20_000));
  await flow.up({ parallel: 20 });
  const bucket = new MemoryBucket();
  const { kafka, count } = countingConsumers(flow.cluster.client());
  const down = await flow.down({}, { kafka, sink: new MemoryBucketSink(bucket, () => quarterOfAll) });
  assert.deepEqual([down.files, down.failed, down.open], [20, 0, 0]);
  assert.deepEqual(received(flow, bucket), flow.sent());
  assert.ok(bucket.mostOpen <= 6, `${bucket.mostOpen} were open at once`);
  assert.ok(count.begun <= 7, `the topic was read ${count.begun} times`);
  const after = await flow.down({}, { sink: new MemoryBucketSink(bucket) });
  assert.deepEqual([after.records, after.files, after.failed], [0, 0, 0]);
});

test('A downloader that ends in the middle goes on with the next run, and each file is written once', async () => {
  for (let calls = 1; calls < 300; calls += 23) {
    const flow = new Flow();
    for (const path of ['a', 'b']) flow.source.write(path, noise(50_000));
    flow.source.write('c', noise(10));
    await flow.up({ parallel: 2 });
    const bucket = new MemoryBucket();
    const stop = new AbortController();
    let left = calls;
    const sink = faultySink(new MemoryBucketSink(bucket), () => {
      if (--left === 0) stop.abort();
    });
    await flow.down({ signal: stop.signal, commitInterval: 1 }, { sink });
    const down = await flow.down({}, { sink: new MemoryBucketSink(bucket) });
    assert.deepEqual([down.failed, down.open], [0, 0], `${calls}`);
    assert.deepEqual(received(flow, bucket), flow.sent());
    assert.deepEqual([...bucket.objects.values()].map(({ version }) => version).sort(), [1, 2, 3]);
    assert.equal(bucket.open.size, 0);
  }
});

test('What is read again from the beginning is not written again', async () => {
  const flow = new Flow();
  for (const path of ['a', 'b', 'c']) flow.source.write(path, noise(5000));
  await flow.up({ packBelow: 0 });
  flow.source.write('d', noise(100));
  await flow.up({ packBelow: 1000 });
  const bucket = new MemoryBucket();
  await flow.down({}, { sink: new MemoryBucketSink(bucket) });
  const versions = [...bucket.objects.values()].map(({ version }) => version);
  const again = await flow.down({ reset: true }, { sink: new MemoryBucketSink(bucket) });
  assert.deepEqual([again.files, again.unchanged, again.failed], [0, 4, 0]);
  assert.deepEqual(
    [...bucket.objects.values()].map(({ version }) => version),
    versions,
  );
});

test('Two downloaders with one bucket do not undo each other', async () => {
  const flow = new Flow({ partitions: 1 });
  for (let version = 0; version < 4; version += 1) {
    for (let index = 0; index < 6; index += 1) flow.source.write(`f${index}`, noise(2000 + version));
    await flow.up({ packBelow: version % 2 === 0 ? 0 : 10_000 });
  }
  const bucket = new MemoryBucket();
  const downs = await Promise.all(
    ['one', 'other'].map((name) => flow.down({ name }, { sink: new MemoryBucketSink(bucket) })),
  );
  for (const { failed, open } of downs) assert.deepEqual([failed, open], [0, 0]);
  assert.deepEqual(received(flow, bucket), flow.sent());
});

test('What was ended behind the sink’s back is fetched again', async () => {
  const flow = new Flow({ partitions: 1 });
  flow.source.write('a', noise(50_000));
  flow.source.write('b', noise(3000));
  await flow.up({ parallel: 1 });
  const bucket = new MemoryBucket();
  const sink = faultySink(
    new MemoryBucketSink(bucket),
    once('write', () => bucket.open.clear(), 30_000),
  );
  const down = await flow.down({}, { sink });
  assert.deepEqual([down.files, down.failed, down.open], [2, 0, 0]);
  assert.deepEqual(received(flow, bucket), flow.sent());
  assert.ok(flow.told('warning').some(({ message }) => /shop\/a: .*fetched again/.test(message)));
});

test('A file of another digest than was sent never stands, and nothing is left of it', async () => {
  const bad: CraftedFile = { path: 'bad', bytes: noise(5000) };
  const good: CraftedFile = { path: 'good', bytes: noise(5000) };
  const flow = new Flow();
  const records = [bad, good].flatMap((file) => craftedUpload(file));
  const spoilt = records.map((record, index) =>
    index === 3 ? { ...record, value: Buffer.alloc((record.value as Uint8Array).length) } : record,
  );
  await flow.append(spoilt.map((record, index) => ({ partition: index % 3, record })));
  const bucket = new MemoryBucket();
  const down = await flow.down({}, { sink: new MemoryBucketSink(bucket) });
  assert.deepEqual([down.files, down.failed, down.open], [1, 1, 0]);
  assert.deepEqual([...bucket.objects.keys()], ['shop/good']);
  assert.equal(bucket.open.size, 0);
  assert.equal(flow.told('failed')[0]?.reason, 'digest-mismatch');
});

test('Where chunks announce another digest than the closing record has, the file is fetched once more', async () => {
  const file: CraftedFile = { path: 'mixed', bytes: noise(5000), checksum: 'sha256' };
  const flow = new Flow({ partitions: 1 });
  const records = craftedUpload(file).map((record) => withHeader(record, 'checksum', 'md5'));
  await flow.append(records.map((record) => ({ partition: 0, record })));
  const bucket = new MemoryBucket();
  const down = await flow.down({}, { sink: new MemoryBucketSink(bucket) });
  assert.deepEqual([down.files, down.failed, down.open], [1, 0, 0]);
  assert.deepEqual(Buffer.from(bucket.objects.get('shop/mixed')!.bytes), Buffer.from(file.bytes));
});

test('What retention has removed before its turn came is named as missing', async () => {
  const flow = new Flow({ partitions: 1 });
  for (let index = 0; index < 6; index += 1) flow.source.write(`f${index}`, noise(20_000));
  await flow.up({ parallel: 6 });
  const bucket = new MemoryBucket();
  let isRemoved = false;
  const sink = faultySink(new MemoryBucketSink(bucket, () => quarterOfAll), ({ method }) => {
    if (method !== 'publish' || isRemoved) return;
    isRemoved = true;
    flow.cluster.deleteRecords(flow.topic, 0, 20);
  });
  const down = await flow.down({}, { sink });
  assert.ok(isRemoved);
  assert.ok(down.failed > 0);
  assert.deepEqual([down.files + down.failed, down.open, bucket.open.size], [6, 0, 0]);
  for (const { reason } of flow.told('failed')) assert.equal(reason, 'missing-data');
});

test('What is fetched once more comes whole, also where there is no room for all of it that comes early', async () => {
  const mebibyte = 1024 * 1024;
  const bytes = noise(28 * mebibyte);
  const file: CraftedFile = { path: 'backwards', bytes, checksum: 'sha256', chunk: mebibyte };
  const flow = new Flow({ partitions: 1, maxMessageBytes: 2 * mebibyte });
  const records = [...craftedChunks(file).reverse(), craftedClose(file)];
  // That is found out when all of it has come.
  const mixed = records.map((record) => withHeader(record, 'checksum', 'md5'));
  await flow.append(mixed.map((record) => ({ partition: 0, record })));
  const bucket = new MemoryBucket();
  const down = await flow.down({}, { sink: new MemoryBucketSink(bucket) });
  assert.deepEqual([down.files, down.failed, down.open], [1, 0, 0]);
  assert.equal(md5(bucket.objects.get('shop/backwards')!.bytes), md5(bytes));
});
