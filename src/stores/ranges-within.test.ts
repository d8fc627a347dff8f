import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../test/support/properties.ts';
import type { ByteRange } from './contract.ts';
import { rangesWithin } from './ranges-within.ts';

test('Of ranges is kept what lies below the size, byte for byte, and nothing that is empty', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(steps, fc.nat({ max: 40 }), (gaps, size) => {
      let at = 0;
      const ranges = gaps.map(([gap, length]): ByteRange => {
        at += gap + length;
        return [at - length, at];
      });
      const bytesOf = (all: readonly ByteRange[]): number[] =>
        all.flatMap(([start, end]) => Array.from({ length: end - start }, (_, index) => start + index));
      const within = rangesWithin(ranges, size);
      assert.deepEqual(
        bytesOf(within),
        bytesOf(ranges).filter((byte) => byte < size),
      );
      assert.ok(within.every(([start, end]) => start < end));
    }),
  );
});

test('The ranges that are given stay as they are', () => {
  const ranges: ByteRange[] = [[0, 10]];
  assert.deepEqual(rangesWithin(ranges, 5), [[0, 5]]);
  assert.deepEqual(ranges, [[0, 10]]);
});
