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
