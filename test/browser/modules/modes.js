// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distanceOf, modeOf } from '../../../web/modes.js';

/** @type {(value: number) => number} */
const rounded = (value) => Number(value.toFixed(3));

test('how far viewers are behind follows from how much comes at a time', () => {
  /** @type {readonly [mode: 'lowest' | 'low' | 'steady', piece: number | undefined, base: number, margin: number][]} */
  const table = [
    ['lowest', 1 / 30, 0.24, 0.1],
    ['lowest', undefined, 0.24, 0.1],
    // By WebSocket, from a publisher who sends whole parts.
    ['lowest', 0.2, 0.407, 0.267],
    ['low', 0.2, 0.7, 0.4],
    ['low', 1 / 6, 0.6, 0.333],
    ['low', 0.5, 1.6, 1],
    ['low', undefined, 0.58, 0.32],
    ['low', 0.02, 0.49, 0.26],
    ['steady', 0.2, 4, 2.4],
    ['steady', 2, 6.1, 4],
  ];
  for (const [mode, piece, base, margin] of table) {
    const found = distanceOf(mode, piece);
    assert.deepEqual([rounded(found.base), rounded(found.margin)], [base, margin], `${mode} ${piece}`);
  }
});

test('nobody aims at where nothing is buffered before the next piece comes', () => {
  for (const mode of /** @type {const} */ (['lowest', 'low', 'steady']))
    for (let piece = 0.01; piece < 4; piece *= 1.3) {
      const { base, margin } = distanceOf(mode, piece);
      assert.ok(margin > piece + 0.06, `${mode}, pieces of ${piece} s: ${margin}`);
      assert.ok(base > margin + 0.1, `${mode}, pieces of ${piece} s: ${base}`);
    }
});

test('the names of modes', () => {
  assert.deepEqual(['lowest', 'low', 'steady', 'none', null].map(modeOf), [
    ...['lowest', 'low', 'steady'],
    ...[undefined, undefined],
  ]);
});
