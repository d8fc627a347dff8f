import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeoutEstimate } from './timeout-estimate.ts';

test('A link that stands still with many requests is one standstill', () => {
  const estimate = new TimeoutEstimate();
  const link = {};
  for (let request = 0; request < 5; request += 1) estimate.stalled(link, 500_000);
  assert.equal(estimate.timeouts, 2);
});

test('Standstill after standstill doubles the time, up to a bound', () => {
  const estimate = new TimeoutEstimate();
  const seen = Array.from({ length: 6 }, () => {
    estimate.stalled({}, 1000);
    return estimate.timeouts;
  });
  assert.deepEqual(seen, [2, 4, 8, 16, 16, 16]);
});

test('A way that carries in time what another failed to carry needs no more than one time-out', () => {
  const estimate = new TimeoutEstimate();
  const link = {};
  estimate.stalled(link, 500_000);
  estimate.stalled(link, 500_000);
  assert.equal(estimate.answered(400_000, true), false, 'that was less');
  assert.equal(estimate.timeouts, 2);
  assert.equal(estimate.answered(600_000, true), true);
  assert.equal(estimate.timeouts, 1);
  assert.equal(estimate.answered(1, true), false, 'nothing has changed');
});

test('A slow way keeps its time, however many small records are answered at once between the large ones', () => {
  const estimate = new TimeoutEstimate();
  estimate.stalled({}, 1_000_000);
  for (let round = 0; round < 20; round += 1) {
    for (let small = 0; small < 100; small += 1) estimate.answered(2000, true);
    estimate.answered(1_000_000, false);
  }
  assert.equal(estimate.timeouts, 2);
});

test('As much as the last link failed to carry, to the byte, since it stood still and without an answer that came late', () => {
  const stalled = (...bytes: number[]): TimeoutEstimate => {
    const estimate = new TimeoutEstimate();
    for (const each of bytes) estimate.stalled({}, each);
    return estimate;
  };
  assert.deepEqual(
    [99, 100].map((bytes) => stalled(100).answered(bytes, true)),
    [false, true],
  );
  assert.equal(stalled(500, 100).answered(100, true), true, 'only what the last one failed to carry');
  const again = stalled(100);
  assert.equal(again.answered(60, true), false);
  again.stalled({}, 100);
  assert.equal(again.answered(60, true), false, 'what was carried before it stood still');
  const late = stalled(100);
  assert.equal(late.answered(500, false), false);
  assert.equal(late.answered(99, true), false);
  assert.equal(late.answered(1, true), true);
});
