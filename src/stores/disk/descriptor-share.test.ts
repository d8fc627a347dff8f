import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareOf } from './descriptor-share.ts';

test('What a sink keeps open leaves room for everything else, and is never nothing', () => {
  const limits = [0, 26, 64, 100, 256, 304, 1024, Number.POSITIVE_INFINITY];
  assert.deepEqual(limits.map(shareOf), [4, 4, 8, 26, 104, 128, 128, 128]);
  for (const limit of limits.filter((one) => one >= 64)) assert.ok(limit - 2 * shareOf(limit) >= 48);
});
