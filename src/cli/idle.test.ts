import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Work } from './idle.ts';

/** The looks at which it was collected, by the processor time of each second. */
function collected(work: Work, spent: readonly number[]): number[] {
  return spent.flatMap((milliseconds, at) => (work.look(milliseconds) ? [at] : []));
}

test('What work left is collected once nothing is done for a while, and not again until there is more', () => {
  const work = new Work();
  assert.deepEqual(collected(work, [300, 200, ...new Array(60).fill(1)]), [9]);
  // A look around every ten seconds leaves some rubbish.
  const around = [30, ...new Array(9).fill(1)];
  assert.deepEqual(collected(work, [...around, ...around, ...around, ...around]).length, 1);
});

test('Who works without a pause is not collected by us', () => {
  assert.deepEqual(collected(new Work(), new Array(100).fill(500)), []);
});

test('A moment of work is not worth compilers, one second and a half is, however it is spread', () => {
  const work = new Work();
  work.look(700);
  assert.deepEqual([work.some, work.much], [true, false]);
  work.look(1000);
  assert.equal(work.much, true);
  const slow = new Work();
  for (let second = 0; second < 100; second += 1) slow.look(40);
  assert.equal(slow.much, true);
});

test('Who only watches stays without, for however long', () => {
  const work = new Work();
  work.look(800);
  for (let second = 0; second < 100_000; second += 1) work.look(second % 10 === 0 ? 80 : 2);
  assert.deepEqual([work.some, work.much], [false, false]);
});
