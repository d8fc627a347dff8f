import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Patience } from './patience.ts';

test('A link that stands still with many requests is one standstill', () => {
  const patience = new Patience();
  const link = {};
  for (let request = 0; request < 5; request += 1) patience.stalled(link, 500_000);
  assert.equal(patience.timeouts, 2);
});

test('Standstill after standstill doubles the time, up to a bound', () => {
  const patience = new Patience();
  const seen = Array.from({ length: 6 }, () => {
    patience.stalled({}, 1000);
    return patience.timeouts;
  });
  assert.deepEqual(seen, [2, 4, 8, 16, 16, 16]);
});

test('A way that carries in time what another failed to carry needs no more than one time-out', () => {
  const patience = new Patience();
  const link = {};
  patience.stalled(link, 500_000);
  patience.stalled(link, 500_000);
  assert.equal(patience.answered(400_000, true), false, 'that was less');
  assert.equal(patience.timeouts, 2);
  assert.equal(patience.answered(600_000, true), true);
  assert.equal(patience.timeouts, 1);
  assert.equal(patience.answered(1, true), false, 'nothing has changed');
});

test('A slow way keeps its time, however many small records are answered at once between the large ones', () => {
  const patience = new Patience();
  patience.stalled({}, 1_000_000);
  for (let round = 0; round < 20; round += 1) {
    for (let small = 0; small < 100; small += 1) patience.answered(2000, true);
    patience.answered(1_000_000, false);
  }
  assert.equal(patience.timeouts, 2);
});
