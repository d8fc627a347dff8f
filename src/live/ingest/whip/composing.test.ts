/** Which frames are composed, and at which times; what FFmpeg makes of them stands in composer.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Composer, type ComposerOptions } from './composer.ts';
import { streamFrame, streamHead } from './matroska.ts';
import type { Frame } from './rtp/frame.ts';

const picture = { width: 64, height: 48 };
const keyframe: Frame = { timestamp: 0, isKeyframe: true, bytes: Buffer.from('k'), picture };
const other: Frame = { timestamp: 0, isKeyframe: false, bytes: Buffer.from('p') };
const sound: Frame = { timestamp: 0, isKeyframe: true, bytes: Buffer.from('s') };

function composed(options: ComposerOptions, ...pushes: readonly Parameters<Composer['push']>[]): Buffer[][] {
  const composer = new Composer(options);
  return pushes.map((push) => [...composer.push(...push)]);
}

const head = (hasSound: boolean) => streamHead({ video: { codec: 'vp8', ...picture }, sound: hasSound });
const of = (track: 'video' | 'sound', time: number, { isKeyframe, bytes }: Frame) =>
  streamFrame(track, time, isKeyframe, bytes);

test('a stream begins with the first keyframe, and its times a second behind its first frame', () => {
  const found = composed(
    { video: 'vp8', sound: true },
    ['sound', sound, 7000],
    ['video', other, 7010],
    ['video', keyframe, 7040],
    ['sound', sound, 7041.6],
    ['video', other, 7080],
  );
  assert.deepEqual(found, [
    [],
    [],
    [head(true), of('video', 1040, keyframe)],
    [of('sound', 1042, sound)],
    [of('video', 1080, other)],
  ]);
});

test('no track goes back, each by itself, and no time is below zero', () => {
  const found = composed(
    { video: 'vp8', sound: true },
    ['video', keyframe, 7000],
    ['video', other, 6990],
    ['video', other, 6990],
    ['sound', sound, 6995],
    ['sound', sound, 0],
    ['video', other, 7002],
    ['video', other, 7004],
  );
  assert.deepEqual(found.slice(1), [
    [of('video', 1001, other)],
    [of('video', 1002, other)],
    [of('sound', 995, sound)],
    [of('sound', 996, sound)],
    [of('video', 1003, other)],
    [of('video', 1004, other)],
  ]);
  assert.deepEqual(composed({ sound: true }, ['sound', sound, 5000], ['sound', sound, 0]).at(-1), [
    of('sound', 1001, sound),
  ]);
});

test('a picture that was made long before the first sound stands at the very beginning', () => {
  const found = composed(
    { video: 'vp8', sound: true },
    ['sound', sound, 7000],
    ['video', keyframe, 5000],
    ['video', other, 5033],
  );
  assert.deepEqual(found, [[], [head(true), of('video', 0, keyframe)], [of('video', 1, other)]]);
});

test('what was not agreed upon is left out, whatever comes', () => {
  assert.deepEqual(composed({ video: 'vp8', sound: false }, ['video', keyframe, 0], ['sound', sound, 9]), [
    [head(false), of('video', 1000, keyframe)],
    [],
  ]);
  assert.deepEqual(composed({ video: 'vp8', sound: false }, ['sound', sound, 0], ['video', keyframe, 9]), [
    [],
    [head(false), of('video', 1009, keyframe)],
  ]);
  assert.deepEqual(composed({ sound: true }, ['video', keyframe, 0], ['sound', sound, 9]), [
    [],
    [streamHead({ sound: true }), of('sound', 1009, sound)],
  ]);
});

test('sound that has waited for five seconds goes without a picture, also when one comes', () => {
  const found = composed(
    { video: 'vp8', sound: true },
    ['sound', sound, 100],
    ['sound', sound, 5099],
    ['sound', sound, 5100],
    ['video', keyframe, 5110],
    ['sound', sound, 5120],
  );
  assert.deepEqual(found, [
    [],
    [],
    [streamHead({ sound: true }), of('sound', 6000, sound)],
    [],
    [of('sound', 6020, sound)],
  ]);
});
