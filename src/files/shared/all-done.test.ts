import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allDone } from './all-done.ts';

test('All done: not before the last is through, and then with the first failure', async () => {
  const slow = Promise.withResolvers<void>();
  let isOver = false;
  const all = allDone([
    Promise.reject(new Error('first')),
    slow.promise,
    Promise.reject(new Error('second')),
  ]);
  const told = assert.rejects(
    all.finally(() => {
      isOver = true;
    }),
    /first/,
  );
  await new Promise(setImmediate);
  assert.equal(isOver, false);
  slow.resolve();
  await told;
  await allDone([]);
});
