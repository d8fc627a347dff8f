import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Work } from './idle.ts';

/** The looks at which it was collected, by the processor time of each. */
function collected(work: Work, spent: readonly number[]): number[] {
  return spent.flatMap((milliseconds, at) => (work.look(milliseconds) ? [at] : []));
}

test('What work left is collected once nothing is done for a while, and not again until there is more', () => {
  const work = new Work();
  assert.deepEqual(collected(work, [300, 200, ...new Array(60).fill(1)]), [5]);
  // A look around every ten seconds leaves some rubbish.
  const around = [30, ...new Array(4).fill(1)];
  assert.deepEqual(collected(work, new Array(60).fill(around).flat()).length, 5);
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
  for (let look = 0; look < 100; look += 1) slow.look(80);
  assert.equal(slow.much, true);
});

test('Who only watches stays without, for however long', () => {
  const work = new Work();
  work.look(800);
  for (let look = 0; look < 100_000; look += 1) work.look(look % 5 === 0 ? 80 : 2);
  assert.deepEqual([work.some, work.much], [false, false]);
});
