import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aacTrack, avcTrack, box, madeInit, words } from '../../../test/support/boxes.ts';
import { sameInit } from './same-init.ts';

const init = madeInit(avcTrack(), aacTrack());

/** The same bytes but for some, which stand so far behind the first `type`. */
function changed(type: string, at: number, ...bytes: readonly number[]): Buffer {
  const copy = Buffer.from(init);
  const found = copy.indexOf(type);
  assert.ok(found >= 0);
  Buffer.from(bytes).copy(copy, found + 4 + at);
  return copy;
}

/** An init whose `avc1` has one more box. */
function withRates(rate: number): Buffer {
  const track = avcTrack();
  const entry = track.entry.subarray(8);
  return madeInit({ ...track, entry: box('avc1', entry, box('btrt', words(0, rate, rate))) }, aacTrack());
}

test('Rates, dates and names do not matter', () => {
  const table: readonly (readonly [string, Buffer, Buffer])[] = [
    ['the same bytes', init, Buffer.from(init)],
    ['dates of a track', init, changed('tkhd', 4, 1, 2, 3, 4, 5, 6, 7, 8)],
    ['dates of its media', init, changed('mdhd', 4, 1, 2, 3, 4, 5, 6, 7, 8)],
    // Version and flags, then ES descriptor: tag, size, id, flags; then tag, size, types of the decoder's.
    ['measured rates of sound', init, changed('esds', 4 + 5 + 4, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9)],
    ['measured rates of the picture', withRates(1000), withRates(2000)],
    ['names', init, Buffer.concat([box('ftyp', Buffer.from('cmfc')), init.subarray(12)])],
  ];
  for (const [what, one, other] of table) {
    assert.ok(sameInit(one, other), what);
    assert.ok(sameInit(other, one), what);
  }
});

test('What decoding or timing hang on matters', () => {
  const table: readonly (readonly [string, Buffer])[] = [
    ['the level of H.264', changed('avcC', 3, 0x1f)],
    ['the size of the picture', changed('avc1', 24, 2, 128)],
    ['ticks a second', changed('mdhd', 12, 0, 0, 0x75, 0x30)],
    ['what AAC says of itself', changed('esds', 4 + 5 + 2 + 13 + 2, 0x12, 0x10)],
    ['the track of defaults', changed('trex', 4, 0, 0, 0, 7)],
    ['fewer tracks', madeInit(avcTrack())],
    ['another order', madeInit(aacTrack(), avcTrack())],
    ['more in the sample entry', withRates(1000)],
  ];
  for (const [what, other] of table) {
    assert.ok(!sameInit(init, other), what);
    assert.ok(!sameInit(other, init), what);
  }
});
