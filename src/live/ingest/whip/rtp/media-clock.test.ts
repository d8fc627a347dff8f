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
