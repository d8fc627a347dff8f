import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aacTrack, avcTrack, box, madeInit } from '../../../test/support/boxes.ts';
import { requiredBox } from './box.ts';
import { fillColours } from './fill-colours.ts';
import { readMovie } from './movie.ts';

const moovOf = (init: Buffer) => readMovie(requiredBox(init, 'moov'));

test('What an initialisation does not tell of its colours is filled in, what it tells stays', () => {
  const usual = { primaries: 1, transfer: 1, matrix: 1 };
  const init = madeInit(avcTrack(), aacTrack());
  assert.equal(moovOf(init).main.colours, undefined);
  const filled = fillColours(init, usual);
  assert.deepEqual(moovOf(filled).main.colours, usual);
  assert.deepEqual(fillColours(filled, { primaries: 6, transfer: 6, matrix: 6 }), filled);
  // All else is as it was.
  const { colours: _, ...picture } = moovOf(filled).main;
  assert.deepEqual([picture, moovOf(filled).tracks[1]], moovOf(init).tracks);
  const { entry, ...track } = avcTrack();
  const colr = box('colr', Buffer.from('nclx'), [0, 9, 0, 2, 0, 9, 0]);
  const half = box('avc1', entry.subarray(8), colr);
  const mixed = moovOf(fillColours(madeInit({ ...track, entry: half }), usual)).main.colours;
  assert.deepEqual(mixed, { primaries: 9, transfer: 1, matrix: 9 });
});
