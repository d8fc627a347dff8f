/** What a queue does with a batch that the broker will never take, and what it tells of one that it took. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchHeaderBytes, recordSize } from '../batch.ts';
import type { Refusal } from './answers.ts';
import { PartitionQueue } from './partition-queue.ts';

const refusal = new Error('never');
/** Two of them are joined, three are too much. */
const large = 100 * 1024;

/** A queue with so many records, and what became of each by its number. */
function queueOf(count: number, bytes = 1) {
  const queue = new PartitionQueue();
  queue.identify({ producerId: 1n, epoch: 0 });
  const told = new Map<number, number | Error>();
  for (let id = 0; id < count; id += 1) {
    const settle = (outcome: number | Error): void => {
      told.set(id, outcome);
    };
    queue.append({ record: { value: Buffer.alloc(bytes) }, size: bytes, resolve: settle, reject: settle });
  }
  return { queue, told };
}

/** How many records travel in each batch from now on, all of them being taken. */
function taken(queue: PartitionQueue): number[] {
  const counts: number[] = [];
  queue.resume();
  for (let batch = queue.next(0); batch !== undefined; batch = queue.next(0)) {
    counts.push(batch.records.length);
    queue.acknowledged(batch, 0);
  }
  return counts;
}

/** The same after the first batch was refused. */
function afterRefusal(refused: Refusal, count: number, bytes?: number) {
  const { queue, told } = queueOf(count, bytes);
  queue.refused(queue.next(0)!, refusal, refused);
  const rejected = [...told].filter(([, outcome]) => outcome === refusal).map(([id]) => id);
  return { rejected, counts: taken(queue) };
}

test('What is too large is cut in halves, and less is joined from then on', () => {
  assert.deepEqual(afterRefusal('too-large', 5), { rejected: [], counts: [3, 2] });
  assert.deepEqual(taken(queueOf(5, large).queue), [2, 2, 1]);
  assert.deepEqual(afterRefusal('too-large', 5, large), { rejected: [], counts: [1, 1, 1, 1, 1] });
  assert.deepEqual(afterRefusal('too-large', 3, 3 * large), { rejected: [0], counts: [1, 1] });
  assert.deepEqual(afterRefusal('too-large', 1), { rejected: [0], counts: [] });
});

test('Who travelled with a bad record is sent alone, and as much is joined as ever', () => {
  assert.deepEqual(afterRefusal('bad-record', 3), { rejected: [], counts: [1, 1, 1] });
  assert.deepEqual(afterRefusal('bad-record', 4, large), { rejected: [], counts: [1, 1, 2] });
  assert.deepEqual(afterRefusal('bad-record', 1), { rejected: [0], counts: [] });
});

test('A client that is refused has all of the batch rejected, and no more', () => {
  assert.deepEqual(afterRefusal('refused', 4, large), { rejected: [0, 1], counts: [2] });
});

test('One that is too large alone says nothing of how much may be joined', () => {
  const { queue } = queueOf(1);
  queue.refused(queue.next(0)!, refusal, 'too-large');
  const settled = () => {};
  for (let count = 0; count < 2; count += 1)
    queue.append({ record: { value: Buffer.alloc(large) }, size: large, resolve: settled, reject: settled });
  assert.deepEqual(taken(queue), [2]);
});

test('Each record of a batch is told its own place, and -1 where the broker tells none', () => {
  for (const [base, places] of [
    [7, [7, 8, 9]],
    [0, [0, 1, 2]],
    [-1, [-1, -1, -1]],
  ] as const) {
    const { queue, told } = queueOf(3);
    queue.acknowledged(queue.next(0)!, base);
    assert.deepEqual([...told.values()], places);
  }
});

test('Up to 256 KiB are joined, to the byte', () => {
  const settled = () => {};
  const first = { value: Buffer.alloc(130_000) };
  const sizeWith = (bytes: number): number =>
    batchHeaderBytes + recordSize(first, 0) + recordSize({ value: Buffer.alloc(bytes) }, 1);
  let bytes = 130_000;
  while (sizeWith(bytes) < 256 * 1024) bytes += 256 * 1024 - sizeWith(bytes);
  assert.equal(sizeWith(bytes), 256 * 1024);
  for (const [second, counts] of [
    [bytes, [2]],
    [bytes + 1, [1, 1]],
  ] as const) {
    const { queue } = queueOf(0);
    for (const value of [first.value, Buffer.alloc(second)])
      queue.append({ record: { value }, size: value.length, resolve: settled, reject: settled });
    assert.deepEqual(taken(queue), counts);
  }
});
