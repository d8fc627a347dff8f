import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timeline } from './timeline.ts';

const half = 2 ** 31;

test('31 bits go on over their end, also where sound and picture come over it one after the other', () => {
  const timeline = new Timeline();
  const given = [half - 40, half - 20, 3, half - 5, 20, 40, 25, 60];
  assert.deepEqual(
    given.map((timestamp) => timeline.push(timestamp) - half),
    [-40, -20, 3, -5, 20, 40, 25, 60],
  );
  assert.equal(timeline.at(0), half);
  // And once more, after another 24.8 days.
  const [long, again] = [timeline.push(half / 2), timeline.push(half - 1)];
  assert.deepEqual([long, again, timeline.push(10)], [half + half / 2, 2 * half - 1, 10]);
});

test('32 bits do, and what jumps elsewhere stays as it came', () => {
  const timeline = new Timeline();
  for (const timestamp of [2 * half - 30, 2 * half - 1, 10, 50_000, 20, 1_000_000, half, half + 40])
    assert.equal(timeline.push(timestamp), timestamp);
});
