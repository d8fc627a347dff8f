import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectPattern, streamMatcher } from './pattern.ts';

test('A key is for a name that a stream can have, or for a glob of such', () => {
  for (const pattern of [
    'studio',
    'a..b',
    'A_b-c.9',
    '*',
    'cam-*',
    'cam-[0-9]',
    '{north,south}-?',
    '@(a|b)',
    '*.x',
  ])
    assert.doesNotThrow(() => expectPattern(pattern), pattern);
  for (const pattern of ['..', '.a', '-x', '_', 'a'.repeat(65), 'a b', 'a/b', 'сту', '.*', '-[0-9]', ''])
    assert.throws(() => expectPattern(pattern), /fits no name of a stream|is empty|stream/, pattern);
});

test('No pattern takes long to look at, and what is no glob opens nothing', () => {
  const slow = [
    '*a*a*a*a*a*a*a*a*z',
    '+(*a)z',
    '*(a*)z',
    `${'{a,aa}'.repeat(36)}z`,
    `${'@(a|aa)'.repeat(30)}z`,
  ];
  for (const pattern of slow) {
    assert.throws(() => expectPattern(pattern), /too long to look at/, pattern);
    assert.equal(streamMatcher(pattern)('a'.repeat(64)), false, pattern);
  }
  for (const pattern of ['/', './', '']) assert.equal(streamMatcher(pattern)('cam'), false, pattern);
  assert.deepEqual(
    ['*-{a,b}-*', '[a-z]??', 'CAM', '*'].map((pattern) => streamMatcher(pattern)('cam')),
    [false, true, false, true],
  );
});
