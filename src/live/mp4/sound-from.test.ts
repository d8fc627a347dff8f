import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aacTrack, avcTrack, madeInit } from '../../../test/support/boxes.ts';
import { addSound } from './add-sound.ts';
import { requiredBox } from './box.ts';
import { readMovie } from './movie.ts';
import { withSoundFrom } from './sound-from.ts';
import { type SoundSample, soundFragment, soundSamples } from './sound-samples.ts';
import { BoxSplitter } from './splitter.ts';

const init = addSound(madeInit(avcTrack()), madeInit(aacTrack(2)), 2);
const movie = readMovie(requiredBox(init, 'moov'));
const timescale = movie.tracks.find(({ id }) => id === 2)?.timescale ?? Number.NaN;
const sample = (trackId: number, time: number): SoundSample => ({
  ...{ trackId, time, duration: 1024, bytes: Buffer.from(`${trackId} ${time}`) },
});
const picture = soundFragment(1, 5, [sample(1, 0), sample(1, 1024)]);
const times = [0, 1024, 2048, 3072];
const whole = Buffer.concat([
  picture,
  soundFragment(
    2,
    6,
    times.map((time) => sample(2, time)),
  ),
]);

/** Times of the sound, and whether the picture stands before it as it was. */
function shown(bytes: Buffer): readonly [number[], boolean] {
  const [, , moof, mdat] = [...new BoxSplitter(1 << 20).push(bytes)];
  const found = moof === undefined || mdat === undefined ? [] : soundSamples(moof, mdat, movie);
  return [found.map(({ time }) => time), bytes.subarray(0, picture.length).equals(picture)];
}

test('Of a chunk whose sound begins before its pictures the rest is kept, and all pictures', () => {
  assert.deepEqual(shown(withSoundFrom(whole, init, 1500 / timescale)), [[2048, 3072], true]);
  assert.deepEqual(shown(withSoundFrom(whole, init, 2048 / timescale)), [[2048, 3072], true]);
  assert.deepEqual(shown(withSoundFrom(whole, init, 4000 / timescale)), [[], true]);
  assert.ok(withSoundFrom(whole, init, 0).equals(whole));
});

test('Where there is no sound beside the pictures, nothing changes', () => {
  assert.equal(withSoundFrom(picture, madeInit(avcTrack()), 1), picture);
});
