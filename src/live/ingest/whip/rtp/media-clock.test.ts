import assert from 'node:assert/strict';
import { test } from 'node:test';
import { align, MediaClock } from './media-clock.ts';

const report = (time: number, timestamp: number) => ({
  type: 'report' as const,
  ssrc: 1,
  shortTime: 0,
  time,
  timestamp,
});

test('a clock begins when its first frame comes, and goes by its own ticks', () => {
  const clock = new MediaClock(90_000);
  assert.equal(clock.time(2 ** 32 - 4500, 1000), 1000);
  assert.equal(clock.time(4500, 1180), 1100);
  // One that was set is followed.
  assert.equal(clock.time(900_000_000, 1200), 1200);
  assert.equal(clock.time(900_009_000, 1333), 1300);
});

test('what was kept back on its way, and comes all at once, has the times at which it was made', () => {
  const clock = new MediaClock(90_000);
  const picture = (second: number, now: number) => clock.time(second * 90_000, now);
  const times: number[] = [];
  for (let second = 0; second < 3; second += 0.5) times.push(picture(second, second * 1000));
  for (let second = 3; second < 12; second += 0.5) times.push(picture(second, 12_000 + second));
  for (let second = 12; second < 20; second += 0.5) times.push(picture(second, second * 1000));
  // Where it is late by some seconds it is steered by some milliseconds.
  for (const [index, time] of times.entries())
    assert.ok(Math.abs(time - index * 500) < 10, `${time} at ${index * 500}`);
  assert.equal(times.length, 40);
});

test('a clock that stood still is set, once it is known that no heap follows', () => {
  const clock = new MediaClock(90_000);
  clock.time(0, 0);
  for (let second = 0; second < 3; second += 1)
    assert.equal(clock.time((second + 1) * 90_000, second * 1000 + 61_000), (second + 1) * 1000);
  assert.equal(clock.time(4 * 90_000, 64_000), 64_000);
  // The next time it is known at once: it goes back.
  assert.equal(clock.time(90_000, 69_000), 69_000);
  assert.equal(clock.time(2 * 90_000, 70_000), 70_000);
});

test('the picture is moved to where its sound is, by the reports of both', () => {
  const [picture, sound] = [new MediaClock(90_000), new MediaClock(48_000)];
  sound.time(0, 1000);
  // Made at the same moment as the sound, and on the way for 80 ms longer.
  picture.time(50_000, 1080);
  align(picture, sound);
  assert.equal(picture.time(50_000, 1080), 1080);
  sound.note(report(7_000_000, 0));
  align(picture, sound);
  picture.note(report(7_000_000, 50_000));
  align(picture, sound);
  assert.equal(picture.time(50_000 + 9000, 1180), 1100);
  assert.equal(sound.time(4800, 1100), 1100);
  // Reports that make no sense move nothing.
  picture.note(report(9_000_000, 50_000));
  align(picture, sound);
  assert.equal(picture.time(50_000 + 18_000, 1280), 1200);
});

test('over a day a clock that goes wrong is followed without a leap, and picture and sound stay together', () => {
  for (const wrong of [2e-4, -2e-4]) {
    const [picture, sound] = [new MediaClock(90_000), new MediaClock(48_000)];
    let before: number | undefined;
    for (let second = 0; second < 16 * 3600; second += 1) {
      const now = second * 1000 + (second % 7) * 10;
      const sender = second * (1 + wrong);
      const ticks = (rate: number) => Math.floor(sender * rate) % 2 ** 32;
      const [seen, heard] = [picture.time(ticks(90_000), now), sound.time(ticks(48_000), now)];
      assert.ok(Math.abs(seen - heard) < 40, `picture and sound are ${seen - heard} ms apart`);
      assert.ok(Math.abs(heard - now) < 1200, `it is ${heard - now} ms from when it came`);
      assert.ok(before === undefined || Math.abs(heard - before - 1000) < 2, 'sound has no hole');
      before = heard;
      picture.note(report(sender * 1000, ticks(90_000)));
      sound.note(report(sender * 1000, ticks(48_000)));
      align(picture, sound);
    }
  }
});

test('a clock is steered where it is a second off, by a thousandth of what passes, and not below that', () => {
  const steered = (behind: number) => {
    const clock = new MediaClock(90_000);
    clock.time(0, 0);
    // Two seconds pass; what comes from there on is that much later, or sooner.
    const first = clock.time(180_000, 2000 + behind);
    return [first, clock.time(180_000, 2000 + behind)].map((time) => Math.round(time * 1000) / 1000);
  };
  assert.deepEqual(steered(1000), [2000, 2000]);
  assert.deepEqual(steered(1001), [2000, 2002]);
  assert.deepEqual(steered(-1000), [2000, 2000]);
  assert.deepEqual(steered(-1001), [2000, 1998]);
  assert.deepEqual(steered(4999), [2000, 2002]);
  // What is five seconds early has been set at once; what is late may be a heap.
  assert.deepEqual(steered(-4999), [2000, 1998]);
  assert.deepEqual(steered(-5000), [-3000, -3000]);
  assert.deepEqual(steered(5000), [2000, 2000]);
});

test('pictures that come out of the order of their times steer nothing', () => {
  const clock = new MediaClock(1000);
  clock.time(0, 0);
  assert.equal(clock.time(4000, 6000), 4000);
  // By 4 ms; what lies before it adds nothing, nor does what only comes up to it.
  assert.equal(clock.time(3000, 6010), 3004);
  assert.equal(clock.time(4000, 6020), 4004);
  assert.equal(clock.time(5000, 7000), 5004);
  assert.equal(clock.time(5000, 7000), 5005);
});

test('a clock that goes back by more than a second while it is late was set', () => {
  for (const [back, isSet] of [
    [1000, false],
    [1001, true],
  ] as const) {
    const clock = new MediaClock(1000);
    clock.time(10_000, 0);
    assert.equal(clock.time(10_000 - back, 5000), isSet ? 5000 : -back);
  }
});

test('a heap is waited for for three seconds, anew each time that it was none', () => {
  const clock = new MediaClock(1000);
  clock.time(0, 0);
  assert.equal(clock.time(1000, 7000), 1000);
  assert.equal(clock.time(1500, 9999), 1500);
  // It has caught up: the next one that is late begins to wait.
  assert.equal(clock.time(9900, 10_000), 9900);
  assert.equal(clock.time(10_000, 16_000), 10_000);
  assert.equal(clock.time(10_100, 18_999), 10_100);
  assert.equal(clock.time(10_200, 19_000), 19_000);
  assert.equal(clock.offset, undefined);
});

test('how far two clocks are apart is their reports, and moves the picture between two milliseconds and five seconds', () => {
  const moved = (by: number) => {
    const [picture, sound] = [new MediaClock(1000), new MediaClock(1000)];
    picture.time(0, 100);
    sound.time(0, 100);
    sound.note(report(50_000, 0));
    picture.note(report(50_000 + by, 0));
    assert.equal(picture.offset, 49_900 + by);
    align(picture, sound);
    assert.equal(sound.time(0, 100), 100);
    return picture.time(0, 100) - 100;
  };
  for (const [by, expected] of [
    [1.9, 0],
    [2, 2],
    [-2, -2],
    [-1.9, 0],
    [900, 900],
    [4999, 4999],
    [5000, 0],
    [-5000, 0],
  ] as const)
    assert.equal(moved(by), expected, String(by));
});

test('a report counts from when there is something that it is about', () => {
  const clock = new MediaClock(1000);
  clock.note(report(5000, 7));
  assert.equal(clock.offset, undefined);
  clock.shift(500);
  assert.equal(clock.time(10, 1000), 1000);
  assert.equal(clock.offset, undefined);
  clock.note(report(5000, 60));
  assert.equal(clock.offset, 3950);
  clock.shift(500);
  assert.equal(clock.offset, 3450);
});
