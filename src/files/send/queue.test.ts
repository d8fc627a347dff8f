import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Queue } from './queue.ts';

test('Items come out in their order, thousands of them', async () => {
  const queue = new Queue<number>();
  for (let item = 0; item < 5000; item++) queue.push(item);
  for (let item = 0; item < 5000; item++) {
    assert.equal(queue.length, 5000 - item);
    assert.equal(queue.peek(), item);
    assert.equal(await queue.take(), item);
  }
});

test('Pushing and taking by turns keeps order and length', async () => {
  const queue = new Queue<number>();
  let next = 0;
  let wanted = 0;
  for (let round = 0; round < 300; round++) {
    for (let count = 0; count < (round % 13) + 5; count++) queue.push(next++);
    for (let count = 0; count < round % 17 && queue.length > 0; count++)
      assert.equal(await queue.take(), wanted++);
    assert.equal(queue.length, next - wanted);
  }
  while (queue.length > 0) assert.equal(await queue.take(), wanted++);
  assert.equal(wanted, next);
  assert.equal(queue.peek(), undefined);
});

test('Who waits gets the next item, first come first served', async () => {
  const queue = new Queue<string>();
  const waiting = [queue.take(), queue.take()];
  queue.push('a');
  queue.push('b');
  queue.push('c');
  assert.deepEqual(await Promise.all(waiting), ['a', 'b']);
  assert.equal(queue.length, 1);
});

test('A closed queue gives what it has, then nothing', async () => {
  const queue = new Queue<string>();
  queue.push('a');
  queue.close({ drop: false });
  assert.equal(await queue.take(), 'a');
  assert.equal(await queue.take(), undefined);
});

test('A queue that is closed and dropped gives nothing, and wakes who waits', async () => {
  const queue = new Queue<string>();
  const waiting = queue.take();
  queue.close({ drop: true });
  assert.equal(await waiting, undefined);
  const full = new Queue<string>();
  full.push('a');
  full.close({ drop: true });
  assert.deepEqual([full.length, await full.take()], [0, undefined]);
});

test('An arrival ends the wait: an item, the close, or the time', async () => {
  const queue = new Queue<string>();
  const forever = 1 << 30;
  const arrival = queue.arrival(forever);
  queue.push('a');
  await arrival;
  await queue.arrival(forever);
  await queue.take();
  await queue.arrival(1);
  await queue.arrival(0);
  await queue.arrival(-1);
  const closing = queue.arrival(forever);
  queue.close({ drop: false });
  await closing;
  await queue.arrival(forever);
});
