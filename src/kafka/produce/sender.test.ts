/** What is sent together, and what comes of each answer, before brokers that are models. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { timeoutOf } from '../../../test/models/kafka/produce-wire.ts';
import { ProducerBench } from '../../../test/models/kafka/producer-bench.ts';
import { batchSize } from '../batch.ts';
import { StalledConnection } from '../cluster/endings.ts';

const mebibyte = 1024 * 1024;

/** A value that makes a batch of one record, with a key of one character, this large. */
function valueFor(bytes: number): Buffer {
  const key = Buffer.from('0');
  let length = bytes;
  while (batchSize({ key, value: Buffer.alloc(length) }) > bytes) length -= 1;
  assert.equal(batchSize({ key, value: Buffer.alloc(length) }), bytes);
  return Buffer.alloc(length);
}

test('What is appended in one turn goes out together, to the leader of each', async () => {
  const bench = await new ProducerBench({ leaders: [0, 0, 1] }).warm();
  const sent = [0, 1, 2, 0].map((partition) => bench.append(partition));
  await bench.rest();
  assert.deepEqual([bench.on(0), bench.on(1), bench.on(2)], [[['0: 3,6', '1: 4']], [['2: 5']], []]);
  assert.equal(timeoutOf(bench.request().bytes), 500);
  await bench.answer();
  await bench.answer({}, 1);
  assert.deepEqual(
    sent.map(({ offset }) => offset),
    [1, 1, 1, 2],
  );
  assert.equal(bench.producer.pendingBytes, 0);
});

test('Batches of several partitions share a request up to one mebibyte; what is larger goes alone', async () => {
  for (const [sizes, requests] of [
    [[500_000, mebibyte - 500_000], 1],
    [[500_000, mebibyte - 500_000 + 1], 2],
    [[2 * mebibyte, 1000], 2],
    // Each is counted from its own begin.
    [[600_000, 600_000, 400_000], 2],
    [[600_000, 600_000, 600_000], 3],
    [[600_000, 500_000, mebibyte - 500_000], 2],
    [[600_000, 500_000, mebibyte - 500_000 + 1], 3],
  ] as const) {
    const bench = await new ProducerBench({ leaders: sizes.map(() => 0) }).warm();
    const sent = sizes.map((size, partition) => bench.append(partition, valueFor(size)));
    await bench.rest();
    assert.equal(bench.on(0).length, requests, `${sizes}`);
    // Each goes once.
    assert.equal(bench.on(0).flat().length, sizes.length);
    while (bench.cluster.to(0).length > 0) await bench.answer();
    assert.ok(sent.every(({ offset }) => offset === 1));
  }
});

test('Of one partition five batches are on their way at once, each in a request of its own', async () => {
  const bench = new ProducerBench();
  bench.append();
  await bench.rest();
  const sent = Array.from({ length: 7 }, () => bench.append(0, Buffer.alloc(250_000)));
  await bench.rest();
  // Until the first is known to stand there, no other follows.
  assert.deepEqual(bench.on(0), [['0: 0']]);
  await bench.answer();
  assert.deepEqual(bench.on(0), [['0: 1'], ['0: 2'], ['0: 3'], ['0: 4'], ['0: 5']]);
  await bench.answer();
  assert.deepEqual(bench.on(0).at(-1), ['0: 6']);
  while (bench.cluster.to(0).length > 0) await bench.answer();
  assert.deepEqual(
    sent.map(({ offset }) => offset),
    [1, 2, 3, 4, 5, 6, 7],
  );
});

test('Records are compressed where that was chosen, and sent as they are where it gains nothing', async () => {
  const text = Buffer.alloc(100_000, 'Of many alike, many are alike. ');
  for (const [compression, value, codec] of [
    ['zstd', text, 4],
    ['lz4', text, 3],
    ['auto', text, 4],
    ['auto', randomBytes(100_000), 0],
    ['zstd', randomBytes(100_000), 0],
    ['zstd', Buffer.alloc(100), 0],
    ['none', text, 0],
  ] as const) {
    const bench = new ProducerBench({ compression });
    bench.append(0, value);
    const until = Date.now() + 5000;
    while (bench.cluster.to(0).length === 0 && Date.now() < until) await bench.rest();
    const [batch] = bench.batches();
    // The attributes of a batch, of format v2.
    assert.equal(batch!.bytes.readInt16BE(21) & 7, codec, `${compression} of ${value.length} bytes`);
    assert.equal(batch!.bytes.length < 50_000, codec !== 0 || value.length === 100);
    bench.producer.abort();
  }
});

test('A broker that asks to be spared is spared', async () => {
  const bench = new ProducerBench();
  bench.append();
  await bench.rest();
  const [connection] = bench.cluster.connections(0).filter(({ waiting }) => waiting.length > 0);
  await bench.answer({ throttle: 250 });
  assert.deepEqual(connection!.throttles, [250]);
  // Nothing stood still: its time-out is the usual one anyway.
  assert.deepEqual(connection!.timeouts, []);
});

test('An answer that makes no sense breaks the link, and what was sent is asked for', async () => {
  const bench = new ProducerBench();
  const sent = bench.append();
  await bench.rest();
  const [batch] = bench.batches();
  bench.cluster.logs[0]!.take(batch!.bytes);
  const [connection] = bench.cluster.connections(0).filter(({ waiting }) => waiting.length > 0);
  bench.request().answer(Buffer.from([1, 2, 3]));
  await bench.rest();
  assert.equal(connection!.isOpen, false);
  assert.match((await connection!.closed).message, /makes no sense/);
  assert.match(bench.cluster.told[0]!, /waits to write to T-0: .*makes no sense/);
  await bench.answer();
  assert.equal(sent.offset, 0);
  assert.equal(bench.cluster.logs[0]!.end, 1);
});

test('Nobody waits for answers to what has been given up', async () => {
  for (const bytes of [Buffer.from([1]), undefined]) {
    const bench = new ProducerBench();
    const sent = bench.append();
    await bench.rest();
    const request = bench.request();
    const [connection] = bench.cluster.connections(0).filter(({ waiting }) => waiting.length > 0);
    connection!.close = () => {};
    bench.producer.abort();
    await bench.rest();
    assert.equal(sent.error?.kind, 'closed');
    if (bytes === undefined) await bench.answer();
    else request.answer(bytes);
    await bench.rest();
    assert.deepEqual([bench.on(0), bench.cluster.told], [[], []]);
    assert.equal(bench.producer.pendingBytes, 0);
  }
});

test('A link that broke while nothing was on its way is found again', async () => {
  const bench = new ProducerBench();
  bench.append();
  await bench.rest();
  await bench.answer();
  bench.cluster.breakOff(0);
  await bench.rest();
  const linked = bench.cluster.linked.length;
  const sent = bench.append();
  await bench.rest();
  assert.equal(bench.cluster.linked.length, linked + 1);
  await bench.answer();
  assert.equal(sent.offset, 1);
  // An orderly end is no failure.
  assert.deepEqual(
    bench.cluster.told.filter((line) => line.startsWith('waits')),
    [],
  );
});

test('A link that stood still has the next one given twice the time, until as much has been carried in time', async () => {
  const bench = new ProducerBench();
  const stall = () => bench.cluster.breakOff(0, new StalledConnection({ host: 'b', port: 1 }, 1000));
  const times = () => bench.cluster.linked.map(({ requestTimeout }) => requestTimeout);
  const sent = [bench.append(0, Buffer.alloc(1000))];
  await bench.rest();
  stall();
  await bench.rest();
  assert.deepEqual(times(), [1000, 2000]);
  stall();
  await bench.rest();
  assert.deepEqual(times(), [1000, 2000, 4000]);
  // What breaks in another way says nothing of time.
  bench.cluster.breakOff(0);
  await bench.rest();
  assert.deepEqual(times(), [1000, 2000, 4000, 4000]);
  const [connection] = bench.cluster.connections(0).filter(({ waiting }) => waiting.length > 0);
  await bench.answer();
  // As many bytes as were on their way when it stood still.
  assert.deepEqual(connection!.timeouts, [1000]);
  sent.push(bench.append());
  await bench.rest();
  await bench.answer();
  assert.deepEqual(
    sent.map(({ offset }) => offset),
    [0, 1],
  );
  bench.cluster.breakOff(0);
  await bench.rest();
  bench.append();
  await bench.rest();
  assert.equal(times().at(-1), 1000);
});

test('All that was on its way on a link that stood still has to be carried before it is trusted again', async () => {
  const bench = await new ProducerBench({ leaders: [0, 0] }).warm();
  bench.append(0, Buffer.alloc(mebibyte));
  bench.append(1, Buffer.alloc(mebibyte));
  await bench.rest();
  assert.equal(bench.on(0).length, 2);
  bench.cluster.breakOff(0, new StalledConnection({ host: 'b', port: 1 }, 1000));
  await bench.rest();
  const [connection] = bench.cluster.connections(0).filter(({ waiting }) => waiting.length > 0);
  await bench.answer();
  assert.deepEqual(connection!.timeouts, []);
  await bench.answer();
  assert.deepEqual(connection!.timeouts, [1000]);
});
