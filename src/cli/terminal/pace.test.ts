import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addSample, type Pace, rateOf, secondsLeft } from './pace.ts';

/** 10 MB/s for a while, a sample every 200 ms. */
function steady(seconds: number): Pace {
  let pace: Pace = [];
  for (let at = 0; at <= seconds * 1000; at += 200) pace = addSample(pace, { at, bytes: at * 10_000 });
  return pace;
}

test('the rate of a steady run', () => {
  assert.equal(rateOf(steady(2), 2000), 10_000_000);
  assert.equal(rateOf(steady(60), 60_000), 10_000_000);
});

test('nothing is said before half a second has passed', () => {
  assert.equal(rateOf([], 1000), undefined);
  assert.equal(
    rateOf(
      [
        { at: 0, bytes: 0 },
        { at: 200, bytes: 1e9 },
      ],
      200,
    ),
    undefined,
  );
});

test('a stall brings the rate down, and to nothing after the span', () => {
  const pace = steady(20);
  const rates = [20_000, 22_000, 24_000, 28_000, 30_000].map((now) => rateOf(pace, now) ?? Number.NaN);
  assert.deepEqual(
    rates,
    rates.toSorted((a, b) => b - a),
  );
  assert.equal(rates.at(-1), 0);
});

test('memory is bounded by the span', () => {
  assert.ok(steady(3600).length < 50);
});

test('time left', () => {
  assert.equal(secondsLeft(100, 10), 10);
  assert.equal(secondsLeft(0, 0), 0);
  assert.equal(secondsLeft(100, 0), undefined);
});
