import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rightsOf } from './topic-facts.ts';

test('the bits of an answer are rights', () => {
  assert.deepEqual(rightsOf(0b1_0101_1111_1000), ['Read', 'Write', 'Describe', 'DescribeConfigs']);
  assert.deepEqual(rightsOf((1 << 3) | (1 << 8)), ['Read', 'Describe']);
  assert.deepEqual(rightsOf(0), []);
  assert.equal(rightsOf(-(2 ** 31)), undefined);
});
