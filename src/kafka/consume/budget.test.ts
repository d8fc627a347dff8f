import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budget } from './budget.ts';

/** Notes which of the takers have been granted what they asked for. */
function taker(budget: Budget, granted: string[]) {
  return (name: string, bytes: number) => budget.take(bytes).then(() => granted.push(name));
}

test('Takers are served in order, as far as the limit goes', async () => {
  const budget = new Budget(100);
  const granted: string[] = [];
  const take = taker(budget, granted);
  await Promise.all([take('first', 60), take('second', 40)]);
  const waiting = [take('large', 50), take('small', 10)];
  budget.adjust(-40);
  await Promise.resolve();
  assert.deepEqual(granted, ['first', 'second'], 'the small one does not overtake the large one');
  budget.adjust(-60);
  await Promise.all(waiting);
  assert.deepEqual(granted, ['first', 'second', 'large', 'small']);
  assert.equal(budget.used, 60);
});

test('What is larger than the limit comes alone', async () => {
  const budget = new Budget(100);
  const granted: string[] = [];
  const take = taker(budget, granted);
  await take('first', 10);
  const large = take('large', 500);
  budget.adjust(-10);
  await large;
  assert.deepEqual(granted, ['first', 'large']);
});
