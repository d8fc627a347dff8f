import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Buffers } from './buffers.ts';

test('So many buffers and no more; who waits gets the next that comes back, in turn', async () => {
  const buffers = new Buffers(2, 10);
  const [first, second] = [await buffers.take(), await buffers.take()];
  assert.deepEqual([first.length, second.length], [10, 10]);
  assert.notEqual(first, second);
  const served: number[] = [];
  const waiting = [1, 2].map((who) =>
    buffers.take().then((buffer) => {
      served.push(who);
      return buffer;
    }),
  );
  await new Promise(setImmediate);
  assert.deepEqual(served, []);
  buffers.give(second);
  buffers.give(first);
  assert.deepEqual(await Promise.all(waiting), [second, first]);
  assert.deepEqual(served, [1, 2]);
});
