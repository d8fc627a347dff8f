// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bufferedAhead, dateAt, timeAt } from '../../../web/mapping.js';

/** Two seconds, then a publisher that was away for ten, then two more. */
const stretches = [
  { start: 100, duration: 2, date: 50_000 },
  { start: 102, duration: 2, date: 62_000 },
];

test('times of the player are dates, over a discontinuity too', () => {
  assert.equal(dateAt(stretches, 101.5), 51_500);
  assert.equal(dateAt(stretches, 102), 62_000);
  assert.equal(dateAt(stretches, 99), 49_000);
  assert.equal(dateAt(stretches, 105), 65_000);
  assert.equal(dateAt([], 1), undefined);
});

test('dates are times of the player; of what was never taken, the next picture', () => {
  assert.equal(timeAt(stretches, 51_500), 101.5);
  assert.equal(timeAt(stretches, 55_000), 102);
  assert.equal(timeAt(stretches, 63_000), 103);
  assert.equal(timeAt(stretches, 49_000), 99);
  assert.equal(timeAt([], 1), undefined);
});

/** @param {readonly (readonly [number, number])[]} spans @returns {TimeRanges} */
const ranges = (spans) => ({
  length: spans.length,
  start: (index) => spans[index]?.[0] ?? Number.NaN,
  end: (index) => spans[index]?.[1] ?? Number.NaN,
});

test('what is buffered ends at the first hole that can be seen', () => {
  const buffered = ranges([
    [0, 2],
    [2.05, 4],
    [5, 6],
  ]);
  assert.equal(bufferedAhead(buffered, 1), 3);
  assert.equal(bufferedAhead(buffered, 4.5), 0);
  assert.equal(bufferedAhead(buffered, 5.5), 0.5);
  assert.equal(bufferedAhead(ranges([]), 3), 0);
});
