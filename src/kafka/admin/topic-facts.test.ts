import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releaseOf } from './release.ts';
import { rightsOf } from './topic-facts.ts';

test('the bits of an answer are rights', () => {
  assert.deepEqual(rightsOf(0b1_0101_1111_1000), ['Read', 'Write', 'Describe', 'DescribeConfigs']);
  assert.deepEqual(rightsOf((1 << 3) | (1 << 8)), ['Read', 'Describe']);
  assert.deepEqual(rightsOf(0), []);
  assert.equal(rightsOf(-(2 ** 31)), undefined);
});

test('the level of metadata.version tells the release', () => {
  const release = (maxVersion: number) => releaseOf([{ name: 'metadata.version', maxVersion }]);
  assert.deepEqual([14, 19, 25, 30, 40].map(release), ['3.6', '3.7', '4.0', '4.3', 'later than 4.3']);
  assert.equal(release(3), undefined);
  assert.equal(releaseOf([]), undefined);
});
