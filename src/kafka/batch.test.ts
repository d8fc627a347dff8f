import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from '../../test/support/properties.ts';
import { batchSize, largestValue, recordSize, varintSize } from './batch.ts';

test('the largest value of a bare record is what real brokers accept', () => {
  assert.equal(largestValue(1_048_588, {}), 1_048_516);
  assert.equal(largestValue(2_097_164, {}), 2_097_090);
});

test('a limit too small for an empty value gives -1', () => {
  const empty = batchSize({ value: new Uint8Array(0) });
  assert.equal(largestValue(empty, {}), 0);
  assert.equal(largestValue(empty - 1, {}), -1);
  assert.equal(largestValue(0, {}), -1);
});

test('zigzag varints grow at their powers of two', () => {
  const table: [number, number][] = [
    [0, 1],
    [63, 1],
    [64, 2],
    [8191, 2],
    [8192, 3],
    [1_048_575, 3],
    [1_048_576, 4],
    [134_217_727, 4],
    [134_217_728, 5],
    [2 ** 31 - 1, 5],
  ];
  for (const [value, size] of table) assert.equal(varintSize(value), size, String(value));
});

test('a tombstone is as large as an empty value, and pieces count like a whole', () => {
  assert.equal(batchSize({ value: null }), batchSize({ value: new Uint8Array(0) }));
  assert.equal(
    batchSize({ value: [new Uint8Array(3), new Uint8Array(70)] }),
    batchSize({ value: new Uint8Array(73) }),
  );
});

test('header names count in bytes of UTF-8', () => {
  const plain = batchSize({ value: null, headers: [['ab', new Uint8Array(1)]] });
  assert.equal(batchSize({ value: null, headers: [['é', new Uint8Array(1)]] }), plain);
});

test('a larger place in the batch makes a larger record', () => {
  assert.equal(recordSize({ value: null }, 64), recordSize({ value: null }, 63) + 1);
});

test('the largest value fits, and one byte more does not', () => {
  const header = fc.tuple(fc.string({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }));
  fc.assert(
    fc.property(
      fc.integer({ min: 61, max: 3_000_000 }),
      fc.option(fc.uint8Array({ maxLength: 300 })),
      fc.array(header, { maxLength: 70 }),
      (limit, key, headers) => {
        const frame = { key, headers };
        const value = largestValue(limit, frame);
        if (value >= 0) assert.ok(batchSize({ ...frame, value: new Uint8Array(value) }) <= limit);
        assert.ok(batchSize({ ...frame, value: new Uint8Array(value + 1) }) > limit);
      },
    ),
  );
});
