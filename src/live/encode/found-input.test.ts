import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FoundInput } from './found-input.ts';
import type { PictureFacts } from './picture-facts.ts';
import { misfit } from './picture-fit.ts';
import { planEncoding } from './plan.ts';

/** What FFmpeg says of an input and of what it makes of it, without the rest of its lines. */
function found(line: string): PictureFacts | undefined {
  const lines = [
    "Input #0, flv, from 'rtmp://***':",
    'Stream #0:0: Audio: aac (LC), 48000 Hz, stereo, fltp, 128 kb/s',
    line,
    'Stream mapping:',
    'Stream #0:1 -> #0:0 (h264 (native) -> h264 (libx264))',
    "Output #0, mp4, to 'pipe:1':",
    'Stream #0:0: Video: h264, yuv420p(tv, bt709, progressive), 64x36 [SAR 1:1 DAR 16:9], 30 fps',
  ];
  const input = new FoundInput();
  const all = lines.map((each) => input.push(each)).filter((facts) => facts !== undefined);
  assert.ok(all.length <= 1, 'once');
  return all[0];
}

test('What FFmpeg says of the picture that it finds', () => {
  const plain = { width: 1280, height: 720, pixelShape: 1, isTurned: false, isInterlaced: undefined };
  const silent = { pixelFormat: 'yuv420p', matrix: undefined, primaries: undefined, transfer: undefined };
  const pal = { matrix: 'smpte170m', primaries: 'bt470bg', transfer: 'bt709' };
  const hdr = { matrix: 'bt2020nc', primaries: 'bt2020', transfer: 'smpte2084' };
  const table: readonly (readonly [line: string, facts: PictureFacts | undefined])[] = [
    [
      'Stream #0:1: Video: h264 (High), yuv420p, 1280x720 [SAR 1:1 DAR 16:9], 30 fps, 30 tbr, 1k tbn',
      { ...plain, ...silent },
    ],
    [
      'Stream #0:1[0x100](und): Video: h264 (Main) ([27][0][0][0] / 0x001B), yuv420p(tv, smpte170m/bt470bg/bt709, top coded first (swapped)), 720x576 [SAR 64:45 DAR 16:9], 25 fps',
      {
        ...{ ...plain, ...silent, ...pal },
        ...{ width: 720, height: 576, pixelShape: 64 / 45, isInterlaced: true },
      },
    ],
    [
      'Stream #0:1[0x100]: Video: hevc (Main 10) ([36][0][0][0] / 0x0024), yuv420p10le(tv, bt2020nc/bt2020/smpte2084, progressive), 1280x720, 30 fps',
      { ...plain, ...hdr, pixelFormat: 'yuv420p10le', isInterlaced: false },
    ],
    [
      'Stream #0:1: Video: rawvideo (RGBA), rgba(pc, gbr/unknown/unknown), 1280x720, q=2-31, 30 fps',
      { ...plain, ...silent, pixelFormat: 'rgba' },
    ],
    [
      'Stream #0:1: Video: h264 (High), yuv420p(bt709, bottom first), 1280x720, 30 fps',
      {
        ...{ ...plain, ...silent, isInterlaced: true },
        ...{ matrix: 'bt709', primaries: 'bt709', transfer: 'bt709' },
      },
    ],
    ['Stream #0:1: Video: h264, none, 30 fps', undefined],
    ['Stream #0:1: Data: none', undefined],
  ];
  for (const [line, facts] of table) assert.deepEqual(found(line), facts, line);
});

test('A run is made anew for HDR, for fields that nothing looks at, and for what is no longer so', () => {
  const video = (told: string, size = '1280x720') =>
    found(`Stream #0:1: Video: hevc, yuv420p10le(${told}), ${size}, 30 fps`)!;
  const [plain, hdr] = [video('tv, bt709, progressive'), video('tv, bt2020nc/bt2020/arib-std-b67')];
  const fields = video('tv, bt709, top first');
  const small = video('tv, bt2020nc/bt2020/arib-std-b67', '640x360');
  const plan = (input: string, picture?: PictureFacts, more = {}) =>
    planEncoding({ input, ...more }, undefined, picture);
  const rtmp = 'rtmp://0.0.0.0/live/a';
  const table = [
    [plan(rtmp), plain, undefined],
    [plan(rtmp), hdr, 'the picture is HDR'],
    [plan(rtmp, hdr), hdr, undefined],
    [plan(rtmp, hdr), plain, 'the picture is no longer HDR'],
    [plan(rtmp, hdr), small, 'the picture has another size'],
    [plan(rtmp, hdr, { renditions: [{ name: 'a', size: { width: 64, height: 36 } }] }), small, undefined],
    [plan(rtmp, hdr, { videoCodec: 'copy' }), plain, undefined],
    [plan(rtmp), fields, 'the picture has fields'],
    [plan(rtmp, fields), fields, undefined],
    [plan(rtmp, undefined, { deinterlace: 'off' }), fields, undefined],
    [plan('udp://127.0.0.1:5000'), fields, undefined],
  ] as const;
  for (const [planned, picture, reason] of table) assert.equal(misfit(planned, picture), reason);
  assert.match(plan(rtmp, fields).args.join(' '), /bwdif/);
  assert.match(
    plan(rtmp, hdr).args.join(' '),
    /tonemap=.*-colorspace|tonemap=.*setparams=range=tv:colorspace=bt709/,
  );
});

test('FFmpeg is asked to tell what it finds only where nobody could look', () => {
  const level = (...planned: Parameters<typeof planEncoding>) => {
    const { args } = planEncoding(...planned);
    return args[args.indexOf('-loglevel') + 1];
  };
  const raw = ['-f', 'rawvideo', '-s', '64x36'];
  assert.equal(level({ input: 'srt://0.0.0.0:9000?mode=listener' }), 'level+info');
  assert.equal(level({ input: '-' }), 'level+info');
  assert.equal(level({ input: '-', inputOptions: raw }), 'warning');
  assert.equal(level({ input: 'srt://0.0.0.0:9000', videoCodec: 'copy' }), 'warning');
  assert.equal(level({ input: 'film.mp4' }, { video: { codec: 'h264', reordered: false } }), 'warning');
  assert.equal(level({ input: 'test' }), 'warning');
});
