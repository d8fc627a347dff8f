import assert from 'node:assert/strict';
import { test } from 'node:test';
import { advancePartLimit, timingOf } from './timing.ts';

test('Players are told of three targets to hold back, and of six to leave out', () => {
  assert.deepEqual(timingOf({ part: 200_000, segment: 2_000_000 }), {
    targetDuration: 2,
    partTarget: 0.2,
    partHoldBack: 0.6,
    holdBack: 6,
    skipUntil: 12,
    partsListed: 6,
  });
});

test('The target duration is a whole number of seconds, one at least, that no segment exceeds', () => {
  const table: readonly (readonly [microseconds: number, seconds: number])[] = [
    [0, 1],
    [500_000, 1],
    [1_000_000, 1],
    [2_000_000, 2],
    // What sums of ticks lose does not make a second more.
    [6_000_000, 6],
    [2_000_002, 3],
    [2_100_000, 3],
  ];
  for (const [segment, seconds] of table)
    assert.equal(timingOf({ part: 1_000_000, segment }).targetDuration, seconds, String(segment));
  assert.equal(timingOf({ part: 1_000_000, segment: 2_000_000 }).partTarget, 1);
});

test('The hold-back of parts is no less than three times their target, as both are written', () => {
  for (const part of [33_334, 160_000, 166_667, 166_834, 200_000, 208_334, 333_333]) {
    const { partTarget, partHoldBack } = timingOf({ part, segment: 2_000_000 });
    const micros = (seconds: number) => Math.round(Number(seconds.toFixed(5)) * 1e6);
    assert.ok(micros(partHoldBack) >= 3 * micros(partTarget), `${part}: ${partHoldBack}`);
    assert.ok(partHoldBack - 3 * partTarget < 5e-5, `${part}: ${partHoldBack}`);
  }
});

test('Who asks may be three parts ahead, or three seconds of shorter ones', () => {
  const table: readonly (readonly [microseconds: number, parts: number])[] = [
    [200_000, 15],
    [700_000, 5],
    [750_000, 4],
    [999_999, 4],
    [1_000_000, 3],
    [3_000_000, 3],
  ];
  for (const [part, parts] of table)
    assert.equal(advancePartLimit({ part, segment: 6_000_000 }), parts, String(part));
});
