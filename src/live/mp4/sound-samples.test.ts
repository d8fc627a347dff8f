import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aacTrack, avcTrack, madeInit } from '../../../test/support/boxes.ts';
import { FormatError } from '../../errors.ts';
import { addSound, soundTrackId } from './add-sound.ts';
import { requiredBox } from './box.ts';
import { Fragmenter } from './fragmenter.ts';
import { readMovie } from './movie.ts';
import { type SoundSample, soundFragment, soundSamples } from './sound-samples.ts';
import { BoxSplitter } from './splitter.ts';

const movie = readMovie(requiredBox(madeInit(aacTrack(2)), 'moov'));
const frames: SoundSample[] = [
  { trackId: 2, time: 7000, duration: 1024, bytes: Buffer.from('one') },
  { trackId: 2, time: 8024, duration: 1024, bytes: Buffer.from('two!') },
  { trackId: 2, time: 9048, duration: 960, bytes: Buffer.from('three') },
];

function read(fragment: Buffer): SoundSample[] {
  const [moof, mdat] = [...new BoxSplitter(1 << 20).push(fragment)];
  assert.ok(moof && mdat);
  return soundSamples(moof, mdat, movie);
}

test('frames of sound are written as they are read', () => {
  assert.deepEqual(read(soundFragment(2, 9, frames)), frames);
});

test('what points outside of its mdat is refused, whatever it counts', () => {
  const fragment = soundFragment(2, 1, frames);
  const trun = fragment.indexOf('trun');
  const cases: [place: number, value: number][] = [
    [trun + 8, 2 ** 32 - 1],
    [trun + 12, 0],
    [trun + 20, 2 ** 31],
    [trun + 20, 0],
  ];
  for (const [place, value] of cases) {
    const damaged = Buffer.from(fragment);
    damaged.writeUInt32BE(value, place);
    assert.throws(() => read(damaged), FormatError);
  }
});

test('a picture and a sound of another file become one', () => {
  const both = addSound(madeInit(avcTrack()), madeInit(aacTrack(7)), 7);
  const [init] = [...new Fragmenter().push(both)];
  assert.ok(init?.type === 'init');
  const { tracks, main } = init.movie;
  assert.deepEqual(
    tracks.map(({ id, kind, codec }) => [id, kind, codec]),
    [
      [1, 'video', 'avc1.64000d'],
      [soundTrackId, 'audio', 'mp4a.40.2'],
    ],
  );
  assert.equal(main.id, 1);
  assert.throws(() => addSound(madeInit(avcTrack()), madeInit(aacTrack(7)), 3), /no track 3/);
  assert.throws(() => addSound(both, madeInit(aacTrack(7)), 7), /second track/);
});
