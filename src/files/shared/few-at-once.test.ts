import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { fewAtOnce } from './few-at-once.ts';

test('Everything is done, in its place, and never more than so many at a time', async () => {
  let underWay = 0;
  let most = 0;
  const made = await fewAtOnce(
    Array.from({ length: 50 }, (_, index) => index),
    4,
    async (index) => {
      most = Math.max(most, ++underWay);
      for (let wait = index % 3; wait >= 0; wait--) await turn();
      underWay--;
      return index * 2;
    },
  );
  assert.deepEqual([made.length, made[7], made[49], most], [50, 14, 98, 4]);
  assert.deepEqual(await fewAtOnce([], 4, async () => 1), []);
});

test('A failure begins nothing more, and is told when what is under way has ended', async () => {
  const begun: number[] = [];
  let ended = 0;
  const work = async (index: number): Promise<void> => {
    begun.push(index);
    await turn();
    if (index === 1) throw new Error('one');
    await turn();
    ended++;
  };
  await assert.rejects(fewAtOnce([0, 1, 2, 3, 4, 5], 3, work), /one/);
  assert.deepEqual(begun, [0, 1, 2]);
  assert.equal(ended, 2);
});
