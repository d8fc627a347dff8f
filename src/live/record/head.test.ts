import assert from 'node:assert/strict';
import { test } from 'node:test';
import { avcTrack, box, madeInit, words } from '../../../test/support/boxes.ts';
import fc from '../../../test/support/properties.ts';
import { FormatError } from '../../errors.ts';
import { boxesIn, requiredBox } from '../mp4/box.ts';
import { encodeDuration, encodeIndex, indexRoom, makeHead, mostEntries } from './head.ts';

/** A `moov` as encoders make it: with `mvhd`, ticks of milliseconds. */
function init(): Buffer {
  const moov = requiredBox(madeInit(avcTrack()), 'moov');
  const mvhd = box('mvhd', words(0, 0, 0, 1000, 0), Buffer.alloc(80));
  return Buffer.concat([box('ftyp', Buffer.from('iso6')), box('moov', mvhd, moov)]);
}

test('A head has all that the init has, and rooms that nobody reads', () => {
  const { bytes, durationAt, indexAt, timescale } = makeHead(init());
  assert.deepEqual(
    [...boxesIn(bytes)].map(({ type }) => type),
    ['ftyp', 'moov', 'free'],
  );
  const mvex = requiredBox(requiredBox(bytes, 'moov'), 'mvex');
  assert.deepEqual(
    [...boxesIn(mvex)].map(({ type }) => type),
    ['free', 'trex'],
  );
  assert.equal(timescale, 1000);
  assert.equal(bytes.length - indexAt, indexRoom);
  encodeDuration(12.5, timescale)?.copy(bytes, durationAt);
  const patched = requiredBox(requiredBox(bytes, 'moov'), 'mvex');
  assert.equal(requiredBox(patched, 'mehd').readUInt32BE(4), 12_500);
  assert.throws(() => makeHead(madeInit(avcTrack())), FormatError);
});

test('The index tells of every byte and every tick, however many segments there are', () => {
  const run = fc.record({
    size: fc.integer({ min: 1, max: 1e6 }),
    duration: fc.integer({ min: 1, max: 1e5 }),
  });
  const runs = fc.array(run, { minLength: 1, maxLength: 3 * mostEntries, size: 'max' });
  fc.assert(
    fc.property(runs, (all) => {
      const bytes = encodeIndex(all, { id: 3, timescale: 15_360 });
      assert.ok(bytes);
      assert.equal(bytes.length, indexRoom);
      assert.deepEqual(
        [...boxesIn(bytes)].map(({ type }) => type),
        ['sidx', 'free'],
      );
      const sidx = requiredBox(bytes, 'sidx');
      const count = sidx.readUInt16BE(30);
      assert.ok(count <= mostEntries);
      assert.equal(sidx.length, 32 + count * 12);
      assert.equal(
        sidx.readUInt32BE(24),
        indexRoom - sidx.length - 8,
        'the first segment is behind the room',
      );
      let [size, duration] = [0, 0];
      for (let entry = 0; entry < count; entry += 1) {
        size += sidx.readUInt32BE(32 + entry * 12);
        duration += sidx.readUInt32BE(36 + entry * 12);
      }
      assert.equal(
        size,
        all.reduce((sum, one) => sum + one.size, 0),
      );
      assert.equal(
        duration,
        all.reduce((sum, one) => sum + one.duration, 0),
      );
    }),
    { numRuns: 20 },
  );
});

test('What no field holds is left unsaid', () => {
  const track = { id: 1, timescale: 1 };
  assert.equal(encodeIndex([], track), undefined);
  assert.equal(encodeIndex([{ size: 2 ** 31, duration: 1 }], track), undefined);
  assert.equal(encodeDuration(2 ** 32, 1000), undefined);
});
