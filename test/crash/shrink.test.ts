import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePlan } from './make-plan.ts';
import { shrink } from './shrink.ts';

test('A plan is cut to the steps that it fails by', async () => {
  const plan = makePlan(7);
  const [one, other] = [plan.steps[2]!, plan.steps.at(-3)!];
  const fails = async ({ steps }: typeof plan): Promise<boolean> =>
    steps.includes(one) && steps.includes(other);
  assert.deepEqual((await shrink(plan, { fails, most: 200 })).steps, [one, other]);
});

test('A plan that does not fail again stays as it is, and tries have an end', async () => {
  const plan = makePlan(7);
  assert.equal(await shrink(plan, { fails: async () => false, most: 200 }), plan);
  let tries = 0;
  await shrink(plan, { fails: async () => tries++ < 1, most: 5 });
  assert.equal(tries, 5);
});
