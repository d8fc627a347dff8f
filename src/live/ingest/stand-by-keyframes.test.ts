import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareEncoding } from '../encode/prepare.ts';
import { standByKeyframes } from './stand-by-keyframes.ts';

test('With a stand-by keyframes come twice in a segment, unless parts would be others, or the sender makes them', () => {
  const rows: readonly (readonly [options: Parameters<typeof standByKeyframes>[0], wanted?: number])[] = [
    [{}, 1000],
    [{ segmentTarget: 4000 }, 2000],
    [{ rate: 60 }, 1000],
    [{ rate: 25, partTarget: 200, videoCodec: 'libx265' }, 1000],
    // 29 pictures can be parted by nothing, and 15 of a second and a half by no 4.
    [{ rate: 29 }],
    [{ rate: 30, partTarget: 200, segmentTarget: 1000 }],
    [{ rate: 30, segmentTarget: 2100 }],
    [{ videoCodec: 'copy' }],
    [{ videoCodec: 'none' }],
  ];
  for (const [options, wanted] of rows)
    assert.equal(standByKeyframes(options), wanted, JSON.stringify(options));
});

test('Parts and segments promise the same with such keyframes', async () => {
  const planOf = (more: object) =>
    prepareEncoding({ input: '-', inputOptions: ['-f', 'flv'], ...more }, 'ffmpeg');
  const [usual, stands] = [await planOf({}), await planOf({ keyframeInterval: standByKeyframes({}) })];
  assert.deepEqual(stands.targets, usual.targets);
  assert.match(usual.args.join(' '), / -g:?\S* 60 /);
  assert.match(stands.args.join(' '), / -g:?\S* 30 /);
});
