import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aacTrack, avcTrack, madeFragment, madeInit } from '../../../test/support/boxes.ts';
import fc from '../../../test/support/properties.ts';
import { requiredBox } from '../mp4/box.ts';
import { readMovie } from '../mp4/movie.ts';
import { fragmentsIn } from '../mp4/retime.ts';
import { Timeline } from './timeline.ts';

const movie = readMovie(requiredBox(madeInit(avcTrack(), aacTrack()), 'moov'));
const scales = new Map([
  [1, 15_360],
  [2, 48_000],
]);

/** A part of 200 ms: 6 pictures, and 9 or 10 frames of sound. Times in ticks. */
function part(picture: number, sound: number, frames = 9): Buffer {
  return madeFragment(
    { id: 1, time: picture, samples: 6, duration: 512, size: 3 },
    { id: 2, time: sound, samples: frames, duration: 1024, size: 2 },
  );
}

function placed(timeline: Timeline, bytes: Buffer): [picture: number, sound: number] {
  timeline.place(bytes);
  const [one, two] = fragmentsIn(bytes, movie);
  return [one?.time ?? -1, two?.time ?? -1];
}

test('A film begins at 0, with picture and sound as far apart as they were', () => {
  const timeline = new Timeline(movie);
  // Sound begins 20 ms (960 ticks of it) before the picture.
  assert.deepEqual(placed(timeline, part(15_360 * 100, 48_000 * 100 - 960)), [307, 0]);
  assert.deepEqual(placed(timeline, part(15_360 * 100 + 3072, 48_000 * 100 - 960 + 9216)), [3379, 9216]);
  assert.equal(timeline.mainEnd, 3379 + 3072);
  assert.equal(timeline.seconds, (3379 + 3072) / 15_360);
});

test('Behind a cut it goes on as early as no track overlaps', () => {
  const timeline = new Timeline(movie);
  placed(timeline, part(0, 0, 10));
  timeline.cut();
  // Sound has come 13.3 ms further than the picture, and sets where the next run goes.
  assert.deepEqual(placed(timeline, part(900_000, 2_812_500)), [Math.round(10_240 * 0.32), 10_240]);
});

test('Tracks that are told anew all begin where the film has come to', () => {
  const timeline = new Timeline(movie);
  placed(timeline, part(0, 0, 10));
  const other = readMovie(requiredBox(madeInit({ ...avcTrack(), timescale: 90_000 }), 'moov'));
  timeline.change(other);
  const bytes = madeFragment({ id: 1, time: 5, samples: 2, duration: 3000, size: 1 });
  timeline.place(bytes);
  assert.equal(fragmentsIn(bytes, other)[0]?.time, Math.ceil((10_240 / 48_000) * 90_000));
});

test('Fragments without samples say nothing of time', () => {
  const timeline = new Timeline(movie);
  timeline.place(madeFragment({ id: 1, time: 77_777, samples: 0, duration: 512, size: 0 }));
  assert.deepEqual(placed(timeline, part(15_360, 48_000)), [0, 0]);
});

test('However runs are cut, no track goes back, and none has a hole beyond what tracks are apart', () => {
  /** Seconds. */
  const anyRun = fc.record({
    begin: fc.double({ min: 0, max: 8e4, noNaN: true }),
    ahead: fc.double({ min: -0.05, max: 0.05, noNaN: true }),
    parts: fc.integer({ min: 1, max: 6 }),
  });
  fc.assert(
    fc.property(fc.array(anyRun, { minLength: 1, maxLength: 6 }), (runs) => {
      const timeline = new Timeline(movie);
      const ends = new Map<number, number>();
      for (const { begin, ahead, parts } of runs) {
        timeline.cut();
        const picture = Math.round((begin + 1) * 15_360);
        let sound = Math.round((begin + 1 + ahead) * 48_000);
        for (let index = 0; index < parts; index += 1) {
          const frames = index % 2 === 0 ? 9 : 10;
          const bytes = part(picture + index * 3072, sound, frames);
          sound += frames * 1024;
          timeline.place(bytes);
          for (const { trackId, time, duration } of fragmentsIn(bytes, movie)) {
            const end = ends.get(trackId) ?? 0;
            assert.ok(time >= end, 'it never goes back');
            const hole = (time - end) / (scales.get(trackId) ?? 1);
            // Where tracks begin and end apart, both add up; frames of sound do not end with parts.
            assert.ok(hole < 0.05 * 2 + 0.022 * 2, `a hole of ${hole} s`);
            ends.set(trackId, time + duration);
          }
        }
      }
    }),
  );
});
