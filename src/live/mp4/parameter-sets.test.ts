/** Sizes in sequence parameter sets of H.264, as x264 writes them; their colours are tested with the files that have them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../../errors.ts';
import { avcSize } from './parameter-sets.ts';

test('the size that is seen is read from sets of all shapes', () => {
  const sets = [
    ['baseline', '6742c016d900a02ff970110000030001000003000a0f162e48', 640, 360],
    ['main', '674d401feca02802dd80880000030008000003005078c18cb0', 1280, 720],
    ['high, cut from 1088 lines', '67640028acd940780227e5c044000003000400000300283c60c658', 1920, 1080],
    ['fields', '67640028acd94078044fde022000000300200000030143e2c5b2c0', 1920, 1080],
    ['4:2:2', '677a0016bcd940a42fe227c044000003000400000300283c58b658', 642, 362],
    ['4:4:4', '67f4001f919b281b07fc5c7e022000000300200000030141e30632c0', 854, 482],
  ] as const;
  for (const [name, set, width, height] of sets)
    assert.deepEqual(avcSize(Buffer.from(set, 'hex')), { width, height }, name);
  assert.throws(() => avcSize(Buffer.from('6742c016', 'hex')), FormatError);
});
