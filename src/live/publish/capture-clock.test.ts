import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CaptureClock } from './capture-clock.ts';

/** Seconds of segments, each of ten parts of 200 ms; `arrival` says when the part with that media time is read. */
function run(segments: number, arrival: (time: number) => number): number[] {
  const clock = new CaptureClock();
  const starts: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let part = 0; part < segments * 10; part++) {
    const time = part * 200;
    clock.observe({ time, duration: 200, readAt: arrival(time) });
    if (part % 10 === 0) {
      if (part > 0) clock.startSegment(100);
      starts.push(clock.at(time));
    }
    assert.ok(clock.at(time) > last, 'times grow from part to part');
    last = clock.at(time);
  }
  return starts;
}

const steps = (times: readonly number[]): number[] =>
  times.slice(1).map((time, index) => time - (times[index] ?? 0));

test('In real time: when the first chunk was read, less its duration, and on by media time', () => {
  assert.deepEqual(
    run(4, (time) => 5000 + time + 200),
    [5000, 7000, 9000, 11_000],
  );
});

test('Jitter moves nothing', () => {
  const jitter = [0, 30, 150, 80, 10];
  const starts = run(10, (time) => 5000 + time + 200 + (jitter[(time / 200) % 5] ?? 0));
  assert.deepEqual(new Set(steps(starts)), new Set([2000]));
});

test('A file that is read faster than it lasts goes on by media time', () => {
  const starts = run(20, (time) => 5000 + time / 10);
  assert.deepEqual(new Set(steps(starts)), new Set([2000]));
});

test('A source that paused for 30 s is 30 s later from the next segments on', () => {
  const starts = run(20, (time) => 5000 + time + 200 + (time >= 9000 ? 30_000 : 0));
  assert.equal(starts.at(0), 5000);
  assert.equal(starts.at(-1), 5000 + 19 * 2000 + 30_000);
});

test('What came in a burst at first is set right little by little', () => {
  // A server that hands on its last 3 s at once: the first chunk looks 3 s younger than it is.
  const starts = run(60, (time) => Math.max(8000, 5000 + time) + 200);
  assert.equal(starts[0], 8000);
  const error = (starts.at(-1) ?? 0) - (5000 + 59 * 2000);
  assert.ok(error >= 0 && error <= 250, `${error} ms are left`);
  assert.ok(Math.min(...steps(starts)) >= 1900);
});

test('Dates follow durations where an encoder is late by the number of pictures: with few a second, and with its first', () => {
  const jitter = [3, 0, 12, 5, 1];
  const later: ((time: number) => number)[] = [
    (time) => (time % 4000 < 2000 ? 188 : 0),
    (time) => Math.max(0, 90 - time / 4),
    (time) => (time < 3000 ? 0 : 150),
  ];
  for (const late of later) {
    const starts = run(20, (time) => 5000 + time + 200 + late(time) + (jitter[(time / 200) % 5] ?? 0));
    assert.deepEqual(new Set(steps(starts)), new Set([2000]));
  }
});

test('A clock that is set back by a day in the middle is followed little by little, and nothing heaps up meanwhile', () => {
  const day = 24 * 3600_000;
  const clock = new CaptureClock();
  const picture = 40;
  let taken = 0;
  for (let time = 0; time < 6 * 3600_000; time += picture) {
    clock.observe({ time, duration: picture, readAt: 5000 + time + picture - (time >= 20_000 ? day : 0) });
    if (time > 0 && time % 600_000 === 0) {
      const before = clock.at(time);
      clock.startSegment(100);
      taken += before - clock.at(time);
    }
  }
  assert.equal(taken, 35 * 100);
});
