import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from './pace.ts';

test('The same key is written once in an interval, and no other one waits for it', async () => {
  let now = 5000;
  const waits: number[] = [];
  const pace = new Pace(
    1000,
    () => now,
    async (milliseconds) => void waits.push(milliseconds),
  );
  const turns = async (...keys: string[]): Promise<number[]> => {
    waits.length = 0;
    for (const key of keys) await pace.turn(key);
    return [...waits];
  };
  assert.deepEqual(await turns('a', 'b', 'c'), []);
  now += 300;
  assert.deepEqual(await turns('a', 'a', 'd'), [700, 1700]);
  now += 3000;
  assert.deepEqual(await turns('a', 'b', 'd'), []);
});
