import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StripePlan } from './stripe-plan.ts';

test('Chunks go round while all partitions are alike', () => {
  const plan = new StripePlan([2, 0, 1]);
  assert.deepEqual(
    Array.from({ length: 6 }, () => plan.choose(10)),
    [2, 0, 1, 2, 0, 1],
  );
});

test('A partition that is slower has less', () => {
  const plan = new StripePlan([0, 1]);
  const chosen = [0, 0];
  const slow: number[] = [];
  for (let n = 0; n < 40; n++) {
    const partition = plan.choose(10);
    chosen[partition]!++;
    if (partition === 1) plan.arrived(1, 10);
    else if (slow.push(n) === 4) plan.arrived(0, 10 * slow.splice(0).length);
  }
  assert.ok(chosen[1]! > chosen[0]!, `${chosen}`);
});

test('It says where chunks stand, also those of an earlier run', () => {
  const plan = new StripePlan([0, 1], [[3, 5, 9]]);
  plan.saw(1, 7);
  plan.saw(1, 4);
  plan.saw(3, 12);
  assert.deepEqual(plan.stripes, [
    [3, 5, 12],
    [1, 4, 7],
  ]);
  assert.ok(Array.from({ length: 3 }, () => plan.choose(1)).includes(3));
});
