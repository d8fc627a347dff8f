import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlace } from './place.ts';

test('Times and what lies before now are understood', () => {
  const now = Date.parse('2026-07-01T12:00:00Z');
  const table: readonly (readonly [string, number | undefined])[] = [
    ['2026-07-01T11:00Z', now - 3_600_000],
    ['1782907200000', 1_782_907_200_000],
    ['-300', now - 300_000],
    ['-1.5', now - 1500],
    ['-5m', now - 300_000],
    ['-1h30m', now - 5_400_000],
    ['soon', undefined],
    ['-', undefined],
    ['-x', undefined],
  ];
  for (const [text, expected] of table) assert.equal(parsePlace(text, now), expected, text);
});
