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

test('What is fetched ahead leaves room for what comes first, and lets those in line pass', async () => {
  const budget = new Budget(100);
  assert.equal(budget.takeAhead(60, 30), true);
  assert.equal(budget.takeAhead(20, 30), false, 'the next request could not be granted any more');
  await budget.take(30);
  assert.equal(budget.takeAhead(10, 30), true);
  assert.equal(budget.takeAhead(1, 0), false, 'that is more than the limit');
  const granted: string[] = [];
  const waiting = taker(budget, granted)('first', 30);
  budget.turn(60);
  assert.equal(budget.ahead, 10);
  assert.equal(budget.takeAhead(1, 30), false, 'somebody is in line');
  budget.adjust(-60);
  await waiting;
  assert.deepEqual(granted, ['first']);
  budget.adjustAhead(-10);
  assert.deepEqual([budget.used, budget.ahead], [60, 0]);
});

test('What is held ahead never keeps what comes first waiting, however much that has become', async () => {
  const budget = new Budget(32, 64);
  assert.ok(budget.takeAhead(62, 2));
  // Other brokers have been read to their end, and this one is asked for more at once.
  let isGranted = false;
  const first = budget.take(8).then(() => {
    isGranted = true;
  });
  await Promise.race([first, new Promise((resolve) => setImmediate(resolve))]);
  assert.ok(isGranted);
  // One of them at a time.
  let isSecond = false;
  const second = budget.take(8).then(() => {
    isSecond = true;
  });
  await Promise.race([second, new Promise((resolve) => setImmediate(resolve))]);
  assert.ok(!isSecond);
  budget.adjust(-8);
  await second;
});
