import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeOfDay } from './time-of-day.ts';

test('The time of day follows the clock of the computer when that is set, forth and back', (t) => {
  const clock = t.mock.method(Date, 'now');
  for (const set of [0, 3_600_000, -86_400_000, 0]) {
    clock.mock.mockImplementation(() => Math.floor(performance.timeOrigin + performance.now()) + set);
    const before = Date.now();
    const time = timeOfDay();
    assert.ok(time >= before - 2 && time <= Date.now() + 2, `set by ${set} ms`);
  }
});
