import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeapWatch } from './leap.ts';

/** When it is noticed that what comes has leapt, in milliseconds; undefined: never. `mediaAt`: what has come by a time. */
function noticed(mediaAt: (now: number) => number, until = 60_000, step = 200): number | undefined {
  const watch = new LeapWatch();
  for (let now = 0; now < until; now += step) if (watch.hasLeapt(mediaAt(now), 1_000_000 + now)) return now;
  return undefined;
}

test('what is ahead of the clock has leapt, and nothing else', () => {
  const table: [what: string, mediaAt: (now: number) => number, expected: number | undefined][] = [
    ['in real time', (now) => now, undefined],
    ['a burst at the beginning', (now) => Math.min(9000, now * 10) + now, undefined],
    ['an outage, and all of it at once', (now) => (now > 5000 && now < 45_000 ? 5000 : now), undefined],
    ['slower', (now) => now * 0.9, undefined],
    ['a leap of an hour at once', (now) => (now < 20_000 ? now : now + 3_600_000), 20_000],
    ['the same, as fast as it is encoded', (now) => now + 10 * Math.max(0, now - 20_000), 21_200],
  ];
  for (const [what, mediaAt, expected] of table) assert.equal(noticed(mediaAt), expected, what);
});

test('an encoder that has begun late, and catches up, has not leapt', () => {
  const late = (lateBy: number, leapBy: number) => {
    const watch = new LeapWatch(1_000_000);
    for (let now = lateBy; now < 30_000; now += 200) {
      // Twelve times as fast as the clock, until it is there.
      const media = Math.min((now - lateBy) * 12, now) + (now < 20_000 ? 0 : leapBy);
      if (watch.hasLeapt(media + 200, 1_000_000 + now, 200)) return now;
    }
    return undefined;
  };
  assert.equal(late(15_000, 0), undefined);
  assert.equal(late(15_000, 9000), undefined);
  assert.equal(late(15_000, 12_000), 20_000);
  assert.equal(late(0, 12_000), 20_000);
});

test('a clock that is a little fast has not leapt, however long it runs', () => {
  assert.equal(
    noticed((now) => now * 1.005, 100_000_000, 2000),
    undefined,
  );
});
