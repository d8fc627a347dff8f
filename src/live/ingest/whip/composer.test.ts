/** What is composed of frames, read by FFmpeg itself. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { Composer } from './composer.ts';
import type { Frame } from './rtp/frame.ts';

const picture = { width: 64, height: 48 };
const keyframe: Frame = {
  timestamp: 0,
  isKeyframe: true,
  bytes: Buffer.from([0x50, 2, 0, 0x9d, 1, 0x2a]),
  picture,
};
const other: Frame = { timestamp: 0, isKeyframe: false, bytes: Buffer.from([0x51, 2, 0]) };
/** A frame of 20 ms of silence. */
const sound: Frame = { timestamp: 0, isKeyframe: true, bytes: Buffer.from([0xfc, 0xff, 0xfe]) };

interface Probed {
  readonly streams: readonly Record<string, string | number>[];
  readonly packets: readonly { codec_type: string; pts_time: string; flags: string; size: string }[];
}

function probe(bytes: Buffer): Probed {
  const fields = 'stream=codec_name,width,height,sample_rate,channels:packet=codec_type,pts_time,flags,size';
  const args = [
    '-v',
    'error',
    '-f',
    'matroska',
    '-i',
    'pipe:0',
    '-of',
    'json',
    '-show_entries',
    fields,
    '-show_packets',
    '-show_streams',
  ];
  return JSON.parse(execFileSync('ffprobe', args, { input: bytes, encoding: 'utf8' })) as Probed;
}

test('FFmpeg reads what is composed: codecs, sizes, times and keyframes', () => {
  const composer = new Composer({ video: 'vp8', sound: true });
  const bytes = [
    composer.push('sound', sound, 5000),
    composer.push('video', other, 5010),
    composer.push('video', keyframe, 5040.4),
    composer.push('sound', sound, 5050),
    composer.push('video', other, 5073),
    // Its clock was corrected backwards.
    composer.push('video', other, 5060),
  ].flat();
  const { streams, packets } = probe(Buffer.concat(bytes));
  assert.deepEqual(
    streams.map(({ codec_name, width, height, sample_rate, channels }) => [
      codec_name,
      width,
      height,
      sample_rate,
      channels,
    ]),
    [
      ['vp8', 64, 48, undefined, undefined],
      ['opus', undefined, undefined, '48000', 2],
    ],
  );
  assert.deepEqual(
    packets.map(({ codec_type, pts_time, flags, size }) => [
      codec_type,
      Number(pts_time),
      flags.startsWith('K'),
      size,
    ]),
    [
      ['video', 1.04, true, '6'],
      ['audio', 1.05, true, '3'],
      ['video', 1.073, false, '3'],
      ['video', 1.074, false, '3'],
    ],
  );
});

test('sound waits for the picture that was agreed upon, and not for ever', () => {
  const composer = new Composer({ video: 'vp8', sound: true });
  assert.deepEqual(composer.push('sound', sound, 0), []);
  assert.deepEqual(composer.push('sound', sound, 4999), []);
  const bytes = composer.push('sound', sound, 5000);
  assert.deepEqual(
    probe(Buffer.concat(bytes)).streams.map(({ codec_name }) => codec_name),
    ['opus'],
  );
  assert.deepEqual(composer.push('video', keyframe, 5010), [], 'there is no place for it any more');
  assert.equal(new Composer({ sound: true }).push('sound', sound, 0).length, 2);
});
