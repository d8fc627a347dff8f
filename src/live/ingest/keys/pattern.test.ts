import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectPattern } from './pattern.ts';

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
