import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largestPart, mostParts, partSizeFor, smallestPart } from './part-size.ts';

test('Every file that S3 can hold fits into its parts', () => {
  const mebibyte = 1024 * 1024;
  const sizes = [
    0,
    1,
    smallestPart,
    5e9,
    mostParts * smallestPart,
    mostParts * smallestPart + 1,
    5e12,
    50e12,
  ];
  for (const size of sizes) {
    const part = partSizeFor(size);
    assert.ok(part >= smallestPart && part <= largestPart, `${size}`);
    assert.ok(Math.ceil(size / part) <= mostParts, `${size}`);
    assert.equal(part % mebibyte, 0);
  }
  assert.equal(partSizeFor(mostParts * smallestPart), smallestPart);
  assert.equal(partSizeFor(mostParts * smallestPart + 1), smallestPart + mebibyte);
});
