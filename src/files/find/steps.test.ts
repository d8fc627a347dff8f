import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Steps } from './steps.ts';

test('Whoever turns to something else comes back to the same step, also when it came, or failed, meanwhile', async () => {
  const steps = new Steps<number>();
  const begun: PromiseWithResolvers<number>[] = [];
  const begin = (): Promise<number> => {
    const one = Promise.withResolvers<number>();
    begun.push(one);
    return one.promise;
  };
  let isCalled = false;
  const next = (): Promise<number | 'turn'> => steps.next(begin, () => isCalled);
  const turned = next();
  steps.wake();
  isCalled = true;
  steps.wake();
  assert.equal(await turned, 'turn');
  begun[0]!.resolve(1);
  await begun[0]!.promise;
  assert.equal(await next(), 1);
  isCalled = false;
  const waiting = next();
  assert.equal(begun.length, 2);
  begun[1]!.resolve(2);
  assert.equal(await waiting, 2);
  const failing = next();
  begun[2]!.reject(new Error('gone'));
  await assert.rejects(failing, /gone/);
  const after = next();
  begun[3]!.resolve(4);
  assert.equal(await after, 4);
});
