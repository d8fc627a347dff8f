import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listedDate, listedMtime, listedRate } from './listed-facts.ts';

test('A rate is of what came since the beginning, as long as something comes', () => {
  assert.deepEqual(listedRate(5000, 1000, 3000, 3500), { rate: 2500 });
  assert.deepEqual(listedRate(5000, 1000, 3000, 63_000), {});
  for (const [bytes, begun, at] of [
    [0, 1000, 3000],
    [5000, 3000, 3000],
    [5000, 4000, 3000],
  ] as const)
    assert.deepEqual(listedRate(bytes, begun, at, 3500), {});
});

test('Times of records are such as can be printed', () => {
  assert.equal(listedMtime('1790000000123456789'), 1_790_000_000_123);
  for (const time of [listedMtime('9'.repeat(20)), listedDate(1e300), listedDate(-1e300)])
    assert.match(new Date(time).toISOString(), /Z$/);
});
