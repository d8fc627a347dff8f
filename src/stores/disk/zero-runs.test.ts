import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noise } from '../../../test/support/bytes.ts';
import fc from '../../../test/support/properties.ts';
import { runsOf } from './zero-runs.ts';

const kib = 1024;

/** `[isZero, length]` of each run. */
function lengths(bytes: Uint8Array, position = 0): (readonly [boolean, number])[] | undefined {
  return runsOf(bytes, position)?.map(({ from, to, isZero }) => [isZero, to - from]);
}

test('Bytes without a long run of zeros are no runs', () => {
  const short = Buffer.concat([noise(8 * kib), Buffer.alloc(28 * kib), noise(8 * kib)]);
  for (const bytes of [noise(100 * kib), short, Buffer.alloc(0), noise(3)])
    assert.equal(runsOf(bytes, 0), undefined);
});

test('Zeros alone are one run, at whatever position', () => {
  for (const position of [0, 1, 4095, 4096, 1_048_603])
    for (const size of [1, 31 * kib, 1_048_603])
      assert.deepEqual(lengths(Buffer.alloc(size), position), [[true, size]]);
});

test('Runs between data begin and end where blocks of the file do', () => {
  const bytes = Buffer.concat([noise(5 * kib), Buffer.alloc(100 * kib), noise(5 * kib)]);
  bytes[5 * kib - 1] = 1;
  bytes[105 * kib] = 1;
  assert.deepEqual(lengths(bytes), [
    [false, 8 * kib],
    [true, 96 * kib],
    [false, 6 * kib],
  ]);
  assert.deepEqual(lengths(bytes, 3 * kib), [
    [false, 5 * kib],
    [true, 100 * kib],
    [false, 5 * kib],
  ]);
});

test('Short runs at the ends count, for what is beside them may be a hole too', () => {
  const data = Buffer.alloc(8 * kib, 1);
  assert.deepEqual(lengths(Buffer.concat([Buffer.alloc(5 * kib), data]), 3 * kib), [
    [true, 5 * kib],
    [false, 8 * kib],
  ]);
  assert.deepEqual(lengths(Buffer.concat([data, Buffer.alloc(5 * kib)])), [
    [false, 8 * kib],
    [true, 5 * kib],
  ]);
  // Less than a block, whose rest the bytes before have.
  assert.deepEqual(lengths(Buffer.concat([Buffer.alloc(100), data]), 8 * kib - 100), [
    [true, 100],
    [false, 8 * kib],
  ]);
});

test('Runs cover all bytes in their order, and what is left out is zeros', () => {
  const piece = fc.record({ size: fc.integer({ min: 1, max: 80 * kib }), isZero: fc.boolean() });
  const inputs = fc.tuple(fc.array(piece, { maxLength: 8 }), fc.integer({ min: 0, max: 9000 }));
  fc.assert(
    fc.property(inputs, ([pieces, position]) => {
      const bytes = Buffer.concat(
        pieces.map(({ size, isZero }) => (isZero ? Buffer.alloc(size) : noise(size))),
      );
      let at = 0;
      for (const { from, to, isZero } of runsOf(bytes, position) ?? []) {
        assert.equal(from, at);
        assert.ok(to > from);
        if (isZero) assert.ok(bytes.subarray(from, to).every((byte) => byte === 0));
        at = to;
      }
      assert.ok(at === 0 || at === bytes.length);
    }),
    { numRuns: 100 },
  );
});
