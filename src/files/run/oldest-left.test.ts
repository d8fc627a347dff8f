import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oldestLeft } from './oldest-left.ts';

/** Partitions whose records have these times, one after the other. */
function topicOf(...partitions: readonly (readonly number[])[]) {
  let asked = 0;
  const at = async (time: number) => {
    asked++;
    return new Map(
      partitions.map((times, partition) => {
        const found = times.findIndex((one) => one >= time);
        return [partition, found < 0 ? times.length : found] as const;
      }),
    );
  };
  return { at, asked: () => asked };
}

test('The oldest of the records that are read next is found in a few questions', async () => {
  const hours = Array.from({ length: 100 }, (_, index) => 1_000_000 + index * 36_000);
  const { at, asked } = topicOf(hours, hours);
  const places = new Map([
    [0, 40],
    [1, 20],
  ]);
  const span = { from: 1_000_000, to: 5_000_000 };
  const { time, partitions } = await oldestLeft(places, span, at);
  assert.ok(time <= hours[20]! && time > hours[20]! - 5000, `${time}`);
  assert.deepEqual(partitions, [1]);
  assert.ok(asked() <= 10);
});

test('Records that are older than all that is asked about are as old as that', async () => {
  const { at } = topicOf([5, 6, 7]);
  const { time, partitions } = await oldestLeft(new Map([[0, 1]]), { from: 1000, to: 2000 }, at);
  assert.deepEqual([time, partitions], [1000, [0]]);
});
