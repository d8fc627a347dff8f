import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinePace } from './line-pace.ts';

/** Looks at a line that carries so many bytes each 100 ms; from `at` on, for two seconds. */
function carry(pace: LinePace, bytes: number, at: number): void {
  for (let look = 0; look < 20; look += 1) pace.observe(at + look * 100, bytes);
}

test('A line has room when it carries less than half of what it did at best', () => {
  const pace = new LinePace();
  assert.equal(pace.hasRoom, false);
  carry(pace, 1000, 0);
  assert.equal(pace.hasRoom, false);
  carry(pace, 600, 2000);
  assert.equal(pace.hasRoom, false);
  carry(pace, 400, 4000);
  assert.equal(pace.hasRoom, true);
  carry(pace, 1000, 6000);
  assert.equal(pace.hasRoom, false);
});

test('A moment in which nothing comes is not room', () => {
  const pace = new LinePace();
  carry(pace, 1000, 0);
  for (let look = 0; look < 4; look += 1) pace.observe(2000 + look * 100, 0);
  assert.equal(pace.hasRoom, false);
});
