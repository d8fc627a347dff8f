import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RoundTrips } from './round-trips.ts';

function judge(times: readonly number[]): 'vary' | 'steady' | 'unknown' {
  const trips = new RoundTrips();
  for (const time of times) trips.note(time);
  return trips.vary ? 'vary' : trips.areSteady ? 'steady' : 'unknown';
}

test('Round trips vary where a queue grows and shrinks, and not where now and then a packet is lost', () => {
  const cases: readonly (readonly [string, readonly number[], ReturnType<typeof judge>])[] = [
    ['a long line', Array(16).fill(80), 'steady'],
    ['with a busy machine', [80, 84, 81, 92, 85, 88, 80, 82, 90, 83, 86, 81], 'steady'],
    ['with packets lost', [80, 81, 280, 80, 82, 81, 290, 80, 600, 81, 80, 82], 'steady'],
    ['a queue that is never empty', [200, 215, 230, 245, 260, 275, 205, 220, 235, 250, 265, 280], 'vary'],
    ['too few to tell', [80, 280, 80, 280], 'unknown'],
    ['a queue that was there', [...Array(8).fill(280), ...Array(16).fill(80)], 'steady'],
  ];
  for (const [what, times, expected] of cases) assert.equal(judge(times), expected, what);
});
