import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isToBeFollowed, Pace } from './pace.ts';

const options = { chunk: 200, most: 250, began: 0 };

/** Chunks of 200 ms, each as late as it is told; the first ends at 200 ms of media, and is due at 200 ms of the clock. */
function paceOf(delays: readonly number[], more: Partial<typeof options> = {}): Pace {
  const pace = new Pace({ ...options, ...more });
  for (const [index, delay] of delays.entries()) pace.push((index + 1) * 200, (index + 1) * 200 + delay);
  return pace;
}

const steady = (seconds: number) => Array<number>(seconds * 5).fill(0);

test('What is overdue is told by the time that was had at best', () => {
  const pace = paceOf(steady(2));
  assert.deepEqual(
    [2000, 2200, 2700].map((now) => pace.overdue(now)),
    [-200, 0, 500],
  );
  // A slow start is no measure, and neither is one late chunk.
  assert.equal(paceOf([900, 600, 300, 0]).overdue(1300), 300);
  assert.equal(paceOf([0, 0, 400]).overdue(1000), 200);
  // More and more late: it gives less than it lasts.
  assert.equal(paceOf([0, 100, 200, 300, 400]).overdue(1600), 400);
});

test('A sender whose clock is slower than ours is not late for ever', () => {
  const drift = Array.from({ length: 5000 }, (_, index) => index * 0.2);
  assert.ok(paceOf(drift).overdue(1_000_000 + 999.8 + 200) < 20);
});

test('Before its first chunk one has some seconds', () => {
  const pace = new Pace({ ...options, began: 1000 });
  assert.deepEqual([pace.overdue(1000), pace.overdue(4000), pace.overdue(4500)], [-3000, 0, 500]);
  assert.equal(pace.wellFor(10), 0);
});

test('Well is what has come in time since it was last late', () => {
  assert.equal(paceOf(steady(2)).wellFor(2100), 1900);
  const late = [...steady(2), 300, ...steady(1)];
  assert.equal(paceOf(late).wellFor(3200), 700);
  assert.equal(paceOf(late).wellFor(4000), 0);
  assert.equal(paceOf([...steady(2), 200, ...steady(1)]).wellFor(3200), 3000);
});

test('A stand-by takes over from who gives too little, when it has given enough itself', () => {
  const silent = paceOf(steady(2));
  const well = paceOf(steady(4));
  assert.equal(isToBeFollowed(silent, well, 500, 2690), false);
  assert.equal(isToBeFollowed(silent, paceOf(steady(2.6)), 500, 2700), true);
  // Both are late, as far as they are: so is this machine.
  assert.equal(isToBeFollowed(silent, paceOf([...steady(2), 200]), 500, 2800), false);
  assert.equal(isToBeFollowed(silent, paceOf(steady(2.4)), 500, 2800), false);
  assert.equal(isToBeFollowed(silent, paceOf([...steady(2), 200, 200, 200]), 500, 2900), true);
  assert.equal(isToBeFollowed(silent, paceOf(steady(2)), 500, 2700), false);
  // It has just come, or come back.
  assert.equal(
    isToBeFollowed(silent, paceOf([...steady(1), 900, 700, 500, 300, 100, 0, 0, 0]), 500, 2700),
    false,
  );
  assert.equal(isToBeFollowed(well, silent, 500, 4100), false);
});
