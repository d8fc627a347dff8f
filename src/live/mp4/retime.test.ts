import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aacTrack, avcTrack, box, madeFragment, madeInit, words } from '../../../test/support/boxes.ts';
import fc from '../../../test/support/properties.ts';
import { FormatError } from '../../errors.ts';
import { requiredBox } from './box.ts';
import { readMovie } from './movie.ts';
import { fragmentsIn, retime } from './retime.ts';

const movie = readMovie(requiredBox(madeInit(avcTrack(), aacTrack()), 'moov'));
const picture = { id: 1, samples: 6, duration: 512, size: 9 };
const sound = { id: 2, samples: 9, duration: 1024, size: 5 };

/** Where each byte of the numbers that are rewritten stands: behind `mfhd`, and in `tfdt` of version 1. */
function untouched(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf('mfhd'); at >= 0; at = copy.indexOf('mfhd', at + 1))
    copy.fill(0, at + 8, at + 12);
  for (let at = copy.indexOf('tfdt'); at >= 0; at = copy.indexOf('tfdt', at + 1))
    copy.fill(0, at + 8, at + 16);
  return copy;
}

test('Every fragment gets its time and its number, and nothing else is changed', () => {
  const time = fc.nat(2 ** 31);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(time, time), { minLength: 1, maxLength: 5 }),
      fc.nat(2 ** 40),
      (times, shift) => {
        const bytes = Buffer.concat(
          times.map(([one, two]) => madeFragment({ ...picture, time: one }, { ...sound, time: two })),
        );
        const before = Buffer.from(bytes);
        let sequence = 41;
        retime(bytes, movie, {
          nextSequence: () => ++sequence,
          timeOf: (fragment) => fragment.time + shift * fragment.trackId,
        });
        assert.equal(sequence, 41 + times.length);
        assert.deepEqual(
          fragmentsIn(bytes, movie).map((fragment) => fragment.time),
          times.flatMap(([one, two]) => [one + shift, two + shift * 2]),
        );
        assert.equal(bytes.readUInt32BE(bytes.lastIndexOf('mfhd') + 8), sequence);
        assert.deepEqual(untouched(bytes), untouched(before));
      },
    ),
  );
});

/** A fragment with 32 bits of time. */
function shortTimed(flags: number): Buffer {
  const tfhd = box('tfhd', words(flags, 1, ...(flags & 1 ? [0, 0] : []), 512, 9, 0));
  const traf = box('traf', tfhd, box('tfdt', words(0, 7)), box('trun', words(1, 1, 0)));
  return Buffer.concat([box('moof', box('mfhd', words(0, 1)), traf), box('mdat', Buffer.alloc(9))]);
}

test('Times of 32 bits are written as long as they hold the new time', () => {
  const bytes = shortTimed(0x020038);
  retime(bytes, movie, { nextSequence: () => 1, timeOf: () => 2 ** 32 - 1 });
  assert.equal(fragmentsIn(bytes, movie)[0]?.time, 2 ** 32 - 1);
  assert.throws(() => retime(bytes, movie, { nextSequence: () => 1, timeOf: () => 2 ** 32 }), FormatError);
});

test('What counts positions from the beginning of a file is refused', () => {
  const placement = { nextSequence: () => 1, timeOf: () => 0 };
  assert.throws(() => retime(shortTimed(0x000039), movie, placement), /no CMAF/);
});

test('Tracks that are neither picture nor sound are left alone', () => {
  const bytes = madeFragment({ ...picture, id: 9, time: 5 });
  retime(bytes, movie, { nextSequence: () => 3, timeOf: () => assert.fail('it has no time of its own') });
  assert.equal(bytes.readUInt32BE(bytes.indexOf('mfhd') + 8), 3);
});
