import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SoundSample } from '../mp4/sound-samples.ts';
import { SoundTimeline } from './sound-timeline.ts';
import { SoundWait } from './sound-wait.ts';

const second = 48_000;
const silent: SoundSample = { trackId: 1, time: 0, duration: 1000, bytes: Buffer.of(0) };

function frame(time: number, duration = 1000): SoundSample {
  return { trackId: 2, time, duration, bytes: Buffer.of(1) };
}

/** `s` for silence, `1` for what came. */
function shown(samples: readonly SoundSample[]): string {
  return samples.map(({ bytes }) => (bytes[0] === 0 ? 's' : '1')).join('');
}

/** Every frame begins where the one before it ends. */
function expectWhole(samples: readonly SoundSample[]): void {
  for (const [index, { time }] of samples.entries()) {
    const before = samples[index - 1];
    if (before !== undefined) assert.equal(time, before.time + before.duration);
  }
}

test('holes of any place become silence, and frames follow one another', () => {
  const table: [times: number[], expected: string][] = [
    [[0, 1000, 2000, 3000], '1111s'],
    [[3000, 4000], 'sss11'],
    [[-1000, 0, 1000, 4000], '11ss1'],
    [[], 'sssss'],
    // A little too early or too late is put right: nobody hears half a frame.
    [[400, 1400, 2400, 3400, 4400], '11111'],
    [[600, 1600, 2600, 3600], 's1111'],
    // A step back, as where another encoder goes on: what is there twice comes once.
    [[0, 1000, 2000, 1400, 2400, 3400], '1111s'],
  ];
  for (const [times, expected] of table) {
    const sound = new SoundTimeline(second, 1, silent);
    for (const time of times) sound.add(frame(time));
    const taken = sound.take(0, 5000 / second, 5000 / second);
    assert.equal(shown(taken), expected, String(times));
    assert.equal(taken[0]?.time, 0);
    expectWhole(taken);
  }
});

test('readers take the same frames, each at its own pace', () => {
  const sound = new SoundTimeline(second, 2, silent);
  const given: SoundSample[][] = [[], []];
  for (let part = 0; part < 20; part++) {
    for (let index = 0; index < 8; index++) if (part !== 7) sound.add(frame(part * 8000 + index * 1000));
    const until = ((part + 1) * 8000) / second;
    given[0]?.push(...sound.take(0, until, until));
    if (part % 3 === 2) given[1]?.push(...sound.take(1, until, until));
  }
  given[1]?.push(...sound.take(1, 0, 160_000 / second));
  assert.deepEqual(given[0], given[1]);
  assert.equal(given[0]?.length, 160);
  assert.equal(shown(given[0] ?? []).indexOf('ssssssss'), 56);
});

test('sound is waited for, and what comes behind what was given out is told to be late', () => {
  const sound = new SoundTimeline(second, 1, silent);
  assert.equal(sound.reaches(0.1), false);
  sound.add(frame(4000));
  assert.equal(sound.reaches(0.1), true);
  assert.equal(shown(sound.take(0, 0.5, 0.5)), `ssss1${'s'.repeat(19)}`);
  assert.equal(sound.add(frame(12_000)), 0.25);
  assert.equal(sound.add(frame(24_000)), 0);
});

test('without silence holes stay, and every frame keeps its time', () => {
  const sound = new SoundTimeline(second, 1);
  for (const time of [-1000, 3000, 4000, 9000]) sound.add(frame(time));
  assert.deepEqual(
    sound.take(0, 0.125, 0.125).map(({ time }) => time),
    [3000, 4000],
  );
  assert.deepEqual(
    sound.take(0, 0.25, 0.25).map(({ time }) => time),
    [9000],
  );
});

test('how long pictures wait: a second, and longer where sound is known to come later', () => {
  const wait = new SoundWait(false);
  assert.deepEqual([wait.isOver(999), wait.isOver(1000)], [false, true]);
  assert.equal(wait.giveUp(), '1 s');
  assert.equal(wait.isMissing, true);
  assert.equal(wait.heard(2), true);
  assert.deepEqual([wait.isMissing, wait.isOver(2249), wait.isOver(2250)], [false, false, true]);
  assert.equal(wait.heard(60), false);
  assert.deepEqual([wait.isOver(3999), wait.isOver(4000)], [false, true]);
  const unpaced = new SoundWait(true);
  unpaced.reached(11);
  assert.deepEqual([unpaced.isOver(60_000, 1.5), unpaced.isOver(0, 0.5)], [false, true]);
});
