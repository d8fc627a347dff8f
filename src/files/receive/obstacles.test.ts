import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { Obstacles } from './obstacles.ts';

const blocked = (): Error => Object.assign(new Error('a folder stands there'), { code: 'EISDIR' });

test('Names of one record wait together, not one after the other, and leave nothing behind', async () => {
  const obstacles = new Obstacles(50);
  const { signal } = new AbortController();
  const until = obstacles.until();
  let tries = 0;
  const work = async (): Promise<void> => {
    tries++;
    throw blocked();
  };
  await assert.rejects(obstacles.pass(work, until, signal), { code: 'EISDIR' });
  const waited = tries;
  assert.ok(waited > 1);
  await assert.rejects(obstacles.pass(work, until, signal), { code: 'EISDIR' });
  assert.equal(tries, waited + 1);
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
});

test('What stood in the way is gone: it is tried again at once', async () => {
  const obstacles = new Obstacles(600_000);
  let isThere = true;
  const passed = obstacles.pass(
    async () => {
      if (isThere) throw blocked();
    },
    obstacles.until(),
    new AbortController().signal,
  );
  isThere = false;
  obstacles.removed();
  await passed;
});
