// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pieces } from '../../../web/pieces.js';

/** @param {readonly number[]} begins */
function after(begins) {
  const pieces = new Pieces();
  for (const time of begins) pieces.saw(time);
  const { length } = pieces;
  return length === undefined ? undefined : Number(length.toFixed(3));
}

/** @param {number} from @param {number} count @param {number} length */
const every = (from, count, length) => Array.from({ length: count }, (_, index) => from + index * length);

test('the length of a piece is known from the second one on', () => {
  assert.equal(after([]), undefined);
  assert.equal(after([7]), undefined);
  assert.equal(after([7, 7.2]), 0.2);
});

test('who joins is sent whole parts, then single pictures', () => {
  const parts = every(0, 9, 0.2);
  assert.equal(after(parts), 0.2);
  assert.equal(after([...parts, ...every(1.8, 8, 1 / 30)]), 0.033);
});

test('a short part at the end of each segment, and a hole, change nothing', () => {
  const segment = [...every(0, 12, 0.16), 1.92];
  assert.equal(after([...segment, ...segment.map((time) => time + 2)]), 0.16);
  assert.equal(after([...every(0, 4, 0.2), ...every(30, 4, 0.2)]), 0.2);
});

test('times that go back are no length', () => {
  assert.equal(after([5, 5.2, 0, 0.2, 0.2]), 0.2);
});
