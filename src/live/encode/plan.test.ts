import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../errors.ts';
import { kindOfInput } from './input.ts';
import type { EncoderOptions } from './options.ts';
import { planEncoding } from './plan.ts';
import { roundToPictures, roundToSound } from './timing.ts';

/** What follows each `name` among the arguments. */
function valuesOf(args: readonly string[], name: string): string[] {
  return args.flatMap((argument, index) => (argument === name ? [args[index + 1] ?? ''] : []));
}

test('whole numbers of pictures', () => {
  const table: [rate: number, part: number, segment: number, keyframes: number, expected: unknown[]][] = [
    [30, 200, 2000, 2000, [6, 60, 200_000, 2_000_000, 0]],
    [25, 200, 2000, 2000, [5, 50, 200_000, 2_000_000, 0]],
    [24, 200, 2000, 2000, [5, 48, 208_334, 2_000_000, 1]],
    [30, 200, 2000, 1000, [6, 30, 200_000, 2_000_000, 0]],
    [30, 300, 2000, 1000, [10, 30, 333_334, 2_000_000, 1]],
    [60, 100, 1000, 1000, [6, 60, 100_000, 1_000_000, 0]],
    [30_000 / 1001, 200, 2000, 2000, [6, 59, 200_200, 1_968_634, 2]],
    [30, 5000, 2000, 2000, [60, 60, 2_000_000, 2_000_000, 1]],
    [30, 1, 2000, 2000, [1, 60, 33_334, 2_000_000, 1]],
    // The default, of which nothing needs to be said.
    [30, 160, 2000, 2000, [5, 60, 166_667, 2_000_000, 0]],
    [25, 160, 2000, 2000, [4, 50, 160_000, 2_000_000, 0]],
    [24, 160, 2000, 2000, [4, 48, 166_667, 2_000_000, 0]],
    [50, 160, 2000, 1000, [10, 50, 200_000, 2_000_000, 0]],
    [60, 160, 2000, 2000, [10, 120, 166_667, 2_000_000, 0]],
    [30_000 / 1001, 160, 2000, 2000, [5, 59, 166_834, 1_968_634, 1]],
  ];
  for (const [rate, partTarget, segmentTarget, keyframeInterval, expected] of table) {
    const timing = roundToPictures({ rate, partTarget, segmentTarget, keyframeInterval });
    const { partPictures, keyframePictures, targets, notes } = timing;
    assert.deepEqual([partPictures, keyframePictures, targets.part, targets.segment, notes.length], expected);
    assert.ok(targets.part * rate >= partPictures * 1e6 - 1, 'a part is never longer than its target');
  }
});

test('what was rounded is said', () => {
  const { notes } = planEncoding({ input: 'test', rate: 24, partTarget: 200 });
  assert.deepEqual(notes, ['parts every 208.333 ms instead of 200 ms: 5 pictures at 24 a second']);
});

test('sound alone has parts of whole frames, none above the target', () => {
  const timing = roundToSound({ rate: 30, partTarget: 200, segmentTarget: 2000, keyframeInterval: 2000 });
  assert.deepEqual(timing.targets, { part: 192_000, segment: 1_920_000 });
});

test('kinds of inputs', () => {
  const table: Record<string, string[]> = {
    test: ['test'],
    stdin: ['-', 'pipe:0', '/dev/stdin', '/dev/fd/0'],
    live: ['rtmp://0.0.0.0:1935/live', 'srt://:9000?mode=listener', '/dev/video0', 'udp://239.0.0.1:1234'],
    file: ['film.mp4', 'https://example.org/film.mp4', './test', '/dev/fd/63'],
  };
  for (const [kind, inputs] of Object.entries(table)) {
    for (const input of inputs) assert.equal(kindOfInput(input), kind, input);
  }
  assert.equal(kindOfInput('0:0', ['-f', 'avfoundation']), 'live');
});

test('arguments of inputs', () => {
  const input = (options: EncoderOptions) => {
    const { args } = planEncoding(options);
    return args.slice(0, args.lastIndexOf('-i') + 2).join(' ');
  };
  assert.match(input({ input: 'film.mp4', loop: true }), /-nostdin -stream_loop -1 -re -i film\.mp4$/);
  assert.match(input({ input: 'film.mp4', realTime: false }), /-nostdin -i film\.mp4$/);
  assert.match(input({ input: 'rtmp://0.0.0.0:1935/live' }), /-listen 1 -i rtmp:/);
  assert.doesNotMatch(input({ input: 'rtmp://example.org/live' }), /-listen|-re/);
  assert.match(
    input({ input: '-', inputOptions: ['-f', 'rawvideo'] }),
    /-threads 1 .*-f rawvideo -i pipe:0$/,
  );
  assert.doesNotMatch(input({ input: '-' }), /-nostdin/);
  assert.match(
    input({ input: 'test', renditions: [{ name: 'a', size: { width: 320, height: 180 } }] }),
    /size=320x180:rate=30/,
  );
});

test('renditions come from one process, with the same keyframes', () => {
  const { args, outputs } = planEncoding({
    input: 'test',
    renditions: [
      { name: '720p', size: { width: 1280, height: 720 }, bitrate: 2_500_000 },
      { name: '360p', size: { width: 640, height: 360 } },
    ],
  });
  assert.deepEqual(
    outputs.map(({ rendition, picture }) => [rendition, picture]),
    [
      ['720p', 2_500_000],
      ['360p', 691_000],
    ],
  );
  // The sound belongs to both.
  assert.deepEqual(
    args.filter((argument) => argument.startsWith('pipe:')),
    ['pipe:1', 'pipe:3', 'pipe:4'],
  );
  assert.deepEqual(valuesOf(args, '-g'), ['60', '60']);
  assert.deepEqual(valuesOf(args, '-frag_duration'), ['166665', '166665', '1']);
  assert.deepEqual(valuesOf(args, '-b:v'), ['2500000', '691000']);
});

test('what is known of a file is used', () => {
  const video = { codec: 'h264', rate: 24_000 / 1001, reordered: false };
  const both = planEncoding({ input: 'film.mp4' }, { video, audio: { codec: 'aac' } });
  assert.equal(both.settings.rate, 24);
  assert.equal(both.sound, 'beside');
  const silent = planEncoding({ input: 'film.mp4' }, { video });
  assert.equal(silent.sound, 'none');
  assert.ok(!silent.args.some((argument) => argument.startsWith('-c:a')));
  const sound = planEncoding({ input: 'song.m4a' }, { audio: { codec: 'aac' } });
  assert.equal(sound.sound, 'alone');
  assert.ok(!sound.args.includes('-c:v'));
  assert.deepEqual(valuesOf(sound.args, '-frag_duration'), ['149332']);
  const copied = planEncoding(
    { input: 'film.mp4', videoCodec: 'copy' },
    { video: { ...video, bitrate: 900_000 } },
  );
  assert.equal(copied.outputs[0]?.picture, 900_000);
  assert.equal(copied.targets.part, 166_834);
});

test('no filter and no option counts from the start of a run: FFmpeg makes them anew when the format changes', () => {
  for (const options of [{}, { videoCodec: 'none' }, { chunks: 'frame' }, { loop: true }] as const) {
    const { args } = planEncoding({ input: 'film.mp4', ...options });
    const counted =
      /first_pts|start_time|setpts|apad|shortest|force_key_frames|between\(|\b[nt]\b.*\d|trim|fade/;
    const filters = args.filter((_, index) =>
      /^-filter:|^-vf$|^-af$|^-force_key/.test(args[index - 1] ?? ''),
    );
    assert.ok(filters.length > 0);
    for (const filter of filters) assert.doesNotMatch(filter, counted);
    assert.ok(!args.includes('-shortest'));
  }
});

test('options that cannot be', () => {
  const size = { width: 321, height: 180 };
  const two = [{ name: 'a' }, { name: 'b' }];
  const table: [RegExp, Partial<EncoderOptions>][] = [
    [/has no name/, { input: '' }],
    [/width and height must be even/, { renditions: [{ name: 'a', size }] }],
    [/no name of a rendition/, { renditions: [{ name: 'a/b' }] }],
    [/the same name/, { renditions: [{ name: 'a' }, { name: 'a' }] }],
    [/no rendition/, { renditions: [] }],
    [/nothing is left to publish/, { videoCodec: 'none', audioCodec: 'none' }],
    [/several renditions/, { input: 'film.mp4', videoCodec: 'copy', renditions: two }],
    [/cannot be copied/, { videoCodec: 'copy' }],
    [/too far apart/, { keyframeInterval: 4000 }],
    [/between 1 and 240/, { rate: 0 }],
    [/between 1 and 240/, { rate: Number.NaN }],
    [/bits a second/, { renditions: [{ name: 'a', bitrate: 5 }] }],
  ];
  for (const [message, options] of table) {
    assert.throws(
      () => planEncoding({ input: 'test', ...options }),
      (error) => error instanceof ConfigurationError && message.test(error.message),
      String(message),
    );
  }
});
