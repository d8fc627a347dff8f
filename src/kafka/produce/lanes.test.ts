/** Several sessions of one producer, before brokers that are models. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { ProducerBench } from '../../../test/models/kafka/producer-bench.ts';

/** Larger than what is joined of records whose order is free: each is a batch. */
const large = Buffer.alloc(70_000);
const free = (bench: ProducerBench, partition: number) => bench.append(partition, large, 'free');

async function serve(bench: ProducerBench, broker: number): Promise<void> {
  while (bench.cluster.to(broker).length > 0) await bench.answer({}, broker);
}

/** Each session has a record stand in each partition, so that all have found their ways. */
async function twoSessions(leaders: readonly number[]): Promise<ProducerBench> {
  const bench = new ProducerBench({ leaders, lanes: 2 });
  for (let round = 0; round < 3; round += 1) {
    for (const partition of leaders.keys()) {
      for (let count = 0; count < 6; count += 1) {
        free(bench, partition);
        await bench.rest();
      }
      await serve(bench, leaders[partition]!);
    }
  }
  return bench;
}

test('What waits while all sessions are busy with another partition is answered for, too', async () => {
  const bench = await twoSessions([0, 0]);
  const busy = [];
  for (let count = 0; count < 10; count += 1) {
    busy.push(free(bench, 0));
    await bench.rest();
  }
  assert.equal(
    bench
      .on(0)
      .flat()
      .filter((batch) => batch.startsWith('0')).length,
    6,
  );
  const waiting = free(bench, 1);
  await bench.rest();
  bench.cluster.topicId = '11111111-4455-6677-8899-aabbccddeeff';
  bench.cluster.breakOff(0);
  await bench.rest();
  for (const { error } of [...busy, waiting]) assert.equal(error?.kind, 'topic-recreated');
});

test('A broker that takes no more connections is not asked at every answer of another', async () => {
  const bench = new ProducerBench({ leaders: [0, 1], lanes: 2 });
  const first = [bench.append(0), bench.append(1)];
  await bench.rest();
  await serve(bench, 0);
  await serve(bench, 1);
  assert.ok(first.every(({ offset }) => offset === 0));
  // The second session comes to the first broker only.
  for (let count = 0; count < 6; count += 1) {
    free(bench, 0);
    await bench.rest();
  }
  await serve(bench, 0);
  bench.cluster.full.add(1);
  const sent = [];
  for (let count = 0; count < 6; count += 1) {
    sent.push(free(bench, 1));
    await bench.rest();
  }
  const knocks = () => bench.cluster.linked.filter(({ broker }) => broker === 1).length;
  const before = knocks();
  for (let count = 0; count < 20; count += 1) {
    sent.push(free(bench, 0));
    await bench.rest();
    await bench.answer({}, 0);
  }
  assert.equal(knocks(), before);
  while (sent.some(({ offset }) => offset === undefined)) {
    await serve(bench, 1);
    await serve(bench, 0);
  }
});

test('A broker that closes further connections at once is sent nothing over them', async () => {
  const bench = new ProducerBench({ lanes: 3 });
  bench.append();
  await bench.rest();
  await serve(bench, 0);
  bench.cluster.most = bench.cluster.connections(0).length;
  const sent = [];
  for (let count = 0; count < 10; count += 1) {
    sent.push(free(bench, 0));
    await bench.rest();
  }
  await serve(bench, 0);
  assert.deepEqual(
    sent.map(({ offset }) => offset),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
});

test('Sessions that have a connection leave it to those that hold something and get none', async (t) => {
  const bench = await twoSessions([0]);
  t.after(() => bench.cluster.close());
  const sent = [];
  for (let count = 0; count < 12; count += 1) {
    sent.push(free(bench, 0));
    await bench.rest();
  }
  // Both have some of it, and one of them may come back.
  bench.cluster.most = 1;
  bench.cluster.breakOff(0);
  for (let round = 0; round < 50 && sent.some(({ offset }) => offset === undefined); round += 1) {
    await bench.rest();
    await serve(bench, 0);
  }
  assert.deepEqual(
    sent.map(({ offset }) => offset).filter((offset) => offset === undefined),
    [],
  );
});

test('The last records are left to those that will soon have nothing to do', async () => {
  const bench = await twoSessions([0]);
  const sent = [free(bench, 0)];
  for (let count = 0; count < 2; count += 1) {
    await bench.rest();
    sent.push(free(bench, 0));
  }
  await bench.rest();
  assert.equal(bench.on(0).length, 2, 'each has one, and would have to have another before the next');
  await bench.answer();
  assert.equal(bench.on(0).length, 2);
  await serve(bench, 0);
  assert.ok(sent.every(({ offset }) => offset !== undefined));
});

test('Batches that are compressed ahead are no more than a session may hold', async () => {
  // What cannot be compressed is ready at once.
  const bench = new ProducerBench({ lanes: 2, compression: 'auto' });
  const noise = randomBytes(70_000);
  const sent = Array.from({ length: 20 }, () => bench.append(0, noise, 'free'));
  // One goes first of each session; what is ready meanwhile waits for it.
  while (bench.on(0).length < 2) await bench.rest();
  await bench.answer();
  assert.equal(bench.on(0).length, 4, 'one of the other, and three');
  while (sent.some(({ offset }) => offset === undefined)) {
    await bench.rest();
    if (bench.on(0).length > 0) await bench.answer();
  }
});

test('What is urgent goes before all of free order that waits', async () => {
  const bench = await twoSessions([0]);
  for (let count = 0; count < 12; count += 1) {
    free(bench, 0);
    await bench.rest();
  }
  const before = bench.on(0).flat().length;
  const urgent = bench.append(0, large, 'urgent');
  await bench.rest();
  assert.equal(bench.on(0).flat().length, before, 'all sessions are busy');
  // One that is busy is answered: what it takes next is the urgent one.
  await bench.answer();
  let answers = 1;
  for (; urgent.offset === undefined; answers += 1) await bench.answer();
  assert.ok(answers <= before + 1, 'only what was on its way already came first');
});
