import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stall, type Standing } from './stall.ts';

/** When it is first due, looked at four times a second; undefined: not within two minutes. */
function dueAt(stateAt: (now: number) => Omit<Standing, 'now'>): number | undefined {
  const stall = new Stall(15_000);
  for (let now = 0; now < 120_000; now += 250) if (stall.isDue({ now, ...stateAt(now) })) return now;
  return undefined;
}

test('A target is stalled that sends nothing of what it is given, whether FFmpeg has taken it or not', () => {
  assert.equal(
    dueAt((now) => ({ grewAt: Math.min(now, 10_000), takenAt: now, isWaiting: false })),
    28_500,
  );
  assert.equal(
    dueAt((now) => ({ grewAt: Math.min(now, 10_000), takenAt: 10_000, isWaiting: now > 10_000 })),
    25_500,
  );
  assert.equal(
    dueAt(() => ({ grewAt: 0, takenAt: Number.NEGATIVE_INFINITY, isWaiting: true })),
    15_250,
  );
});

test('A target that is slow is not stalled', () => {
  assert.equal(
    dueAt((now) => ({ grewAt: now - (now % 10_000), takenAt: now, isWaiting: true })),
    undefined,
  );
});

test('A stream that pauses is no fault of its target, nor that it goes on', () => {
  // The last that was taken is never told to be sent; after 60 s the stream goes on, and what is sent is told half a second later.
  assert.equal(
    dueAt((now) => ({
      grewAt: now < 10_000 ? now : now < 70_500 ? 9800 : now - 500,
      takenAt: now < 10_000 || now > 70_000 ? now : 10_000,
      isWaiting: now === 70_000,
    })),
    undefined,
  );
});
