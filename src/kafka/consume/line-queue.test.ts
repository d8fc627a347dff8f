import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { LineQueue } from './line-queue.ts';

/** A cluster that answered within so many milliseconds at best, and answers as `metadata` does. */
function clusterThat(answered: number, metadata: () => Promise<void>) {
  return { metadata, nearest: { answered }, signal: new AbortController().signal };
}

test('Small requests that are answered later than at best, twice, have waited', async () => {
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const asked = [...answers];
  const queue = new LineQueue(clusterThat(1, () => asked.shift()!.promise));
  for (const [index, answer] of answers.entries()) {
    assert.equal(queue.isLong, false);
    queue.look(1000 * index);
    await setTimeout(30);
    answer.resolve();
    await setImmediate();
  }
  assert.equal(queue.isLong, true);
});

test('One that is answered as at best has not', async () => {
  const queue = new LineQueue(clusterThat(Number.POSITIVE_INFINITY, () => Promise.resolve()));
  for (const now of [0, 1000, 2000]) {
    queue.look(now);
    await setImmediate();
  }
  assert.equal(queue.isLong, false);
});

test('It is asked once at a time, and seldom; a cluster that does not answer says nothing', async () => {
  const asked: PromiseWithResolvers<void>[] = [];
  const queue = new LineQueue(
    clusterThat(0, () => {
      const answer = Promise.withResolvers<void>();
      asked.push(answer);
      return answer.promise;
    }),
  );
  for (const now of [0, 100, 1000, 5000]) queue.look(now);
  assert.equal(asked.length, 1);
  await setTimeout(30);
  asked[0]!.resolve();
  await setImmediate();
  queue.look(5000);
  queue.look(5100);
  assert.equal(asked.length, 2);
  asked[1]!.reject(new Error('The line was cut.'));
  await setImmediate();
  assert.equal(queue.isLong, false);
  queue.look(5200);
  assert.equal(asked.length, 2);
  queue.look(5300);
  assert.equal(asked.length, 3);
});
