/** The producer's own part: what it takes, what it holds, and its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topic } from '../../../test/models/kafka/cluster.ts';
import { ProducerBench } from '../../../test/models/kafka/producer-bench.ts';

const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let settled = false;
  const note = () => {
    settled = true;
  };
  promise.then(note, note);
  for (let turns = 0; turns < 4; turns += 1) await new Promise(setImmediate);
  return settled;
};

test('What is larger than any request may be is refused, and nothing else is', async () => {
  // 100 MiB less 64 KiB, of one piece of memory.
  const limit = 100 * 1024 * 1024 - 64 * 1024;
  const mebibyte = Buffer.alloc(1024 * 1024);
  const record = (bytes: number) => ({
    value: [
      ...Array(Math.floor(bytes / mebibyte.length)).fill(mebibyte),
      mebibyte.subarray(0, bytes % mebibyte.length),
    ],
  });
  const bench = new ProducerBench();
  // FORMAT.md, "Sizes": the batch's head, the record's length, attributes and three numbers, its value's length, no headers.
  const overhead = 61 + 4 + 1 + 3 + 4 + 1;
  await assert.rejects(bench.producer.append(topic, 0, record(limit - overhead + 1)), {
    kind: 'too-large',
    message: /^A record of 104792065 bytes for T-0 is larger than any request that brokers take/,
  });
  assert.equal(bench.producer.pendingBytes, 0);
  const largest = bench.producer.append(topic, 0, record(limit - overhead));
  assert.equal(bench.producer.pendingBytes, limit);
  bench.producer.abort();
  await assert.rejects(largest, { kind: 'closed' });
});

test('A record resolves with its partition and place, and is no longer held', async () => {
  const bench = new ProducerBench({ leaders: [0, 1] });
  const appended = bench.producer.append(topic, 1, { key: Buffer.from('k'), value: Buffer.alloc(10) });
  assert.equal(bench.producer.pendingBytes, 61 + 1 + 3 + 2 + 1 + 10 + 1);
  await bench.rest();
  await bench.answer({}, 1);
  assert.deepEqual(await appended, { partition: 1, offset: 0 });
  assert.equal(bench.producer.pendingBytes, 0);
});

test('Who writes waits while as much is held as may be', async () => {
  const bench = new ProducerBench({ bufferBytes: 1000 });
  await bench.producer.ready();
  bench.append(0, Buffer.alloc(1000));
  const ready = bench.producer.ready();
  await bench.rest();
  assert.equal(await isSettled(ready), false);
  await bench.answer();
  await ready;
  // 16 MiB, where nothing else was said.
  const usual = new ProducerBench();
  usual.append(0, Buffer.alloc(16 * 1024 * 1024 - 100));
  await usual.producer.ready();
  usual.append(0, Buffer.alloc(100));
  assert.equal(await isSettled(usual.producer.ready()), false);
  usual.producer.abort();
});

test('Closing waits for what is on its way, takes nothing more, and releases the links', async () => {
  const bench = await new ProducerBench().warm();
  const sent = bench.append();
  await bench.rest();
  const closing = bench.producer.close();
  await assert.rejects(bench.producer.append(topic, 0, { value: null }), {
    kind: 'closed',
    message: 'The producer has been closed.',
  });
  assert.equal(await isSettled(closing), false);
  assert.equal(await isSettled(bench.producer.closed), false);
  const open = bench.cluster.connections(0).length;
  await bench.answer();
  await closing;
  assert.equal(sent.offset, 1);
  await bench.producer.closed;
  // The one for small requests is the client's.
  assert.equal(bench.cluster.connections(0).length, open - 1);
  await bench.producer.close();
});

test('An abort rejects what is outstanding, lets who waits go, and releases all links', async () => {
  const bench = await new ProducerBench({ leaders: [0, 1], bufferBytes: 10 }).warm();
  const [first, second] = [bench.append(0), bench.append(1)];
  await bench.rest();
  const waiting = bench.append(1, Buffer.alloc(5));
  const ready = bench.producer.ready();
  // As the client does it.
  bench.cluster.close();
  bench.producer.abort();
  await ready;
  await bench.producer.closed;
  await bench.rest();
  for (const { error } of [first, second]) {
    assert.equal(error?.kind, 'closed');
    assert.match(error!.message, /closed before the record was acknowledged.*may be there/);
  }
  // It was never sent.
  assert.doesNotMatch(waiting.error!.message, /may be there/);
  assert.equal(bench.producer.pendingBytes, 0);
  assert.deepEqual(bench.cluster.connections(1), []);
  // The first reason stays.
  await bench.producer.close();
  await assert.rejects(bench.producer.append(topic, 0, { value: null }), {
    message: /closed before the record was acknowledged/,
  });
});
