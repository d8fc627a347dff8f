import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Awaited } from './awaited.ts';

test('What is due is taken once, unless it is put back', () => {
  const awaited = new Awaited();
  awaited.notice('a', 10);
  awaited.notice('b', 20);
  awaited.notice('a', 5);
  assert.equal(awaited.next, 10);
  assert.deepEqual(awaited.takeDue(9), []);
  assert.deepEqual(awaited.takeDue(10), ['a']);
  assert.deepEqual([awaited.size, awaited.next], [1, 20]);
  assert.deepEqual(awaited.takeDue(30), ['b']);
  assert.deepEqual([awaited.size, awaited.next], [0, Number.POSITIVE_INFINITY]);
});

test('Since when a file has not come to rest counts over its looks, and over notices in between', () => {
  const awaited = new Awaited();
  assert.equal(awaited.rest('a', 10, 0), 0);
  assert.equal(awaited.fresh, 1);
  assert.deepEqual(awaited.takeDue(10), ['a']);
  awaited.notice('a', 12);
  assert.equal(awaited.rest('a', 20, 11), 0);
  assert.equal(awaited.fresh, 0, 'it was seen twice');
  assert.deepEqual(awaited.takeDue(20), ['a']);
  awaited.forget('a');
  assert.equal(awaited.rest('a', 30, 21), 21);
});

test('Nothing is kept of what was forgotten, or looked at and not put back', () => {
  const awaited = new Awaited();
  for (let index = 0; index < 100; index++) awaited.rest(`${index}`, index, 0);
  for (const path of awaited.takeDue(49)) if (Number(path) % 2 === 0) awaited.rest(path, 200, 50);
  for (let index = 50; index < 100; index++) awaited.forget(`${index}`);
  assert.deepEqual([awaited.size, awaited.fresh], [25, 0]);
  awaited.takeDue(200);
  assert.deepEqual([awaited.size, awaited.fresh], [0, 0]);
});
