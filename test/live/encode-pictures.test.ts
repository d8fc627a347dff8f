/** Pictures of every shape, of fields, of every kind of colour: what is seen is what was filmed. Real FFmpeg throughout. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { encode, joinedFile, makeMedia, picture, pictureOf } from '../support/media.ts';

const fast = ['-c:v', 'libx264', '-preset', 'ultrafast'];

/** A picture of one colour, 0.4 s of it. */
function plain(colour: string, size: string, more: readonly string[] = []): string[] {
  return ['-f', 'lavfi', '-i', `color=${colour}:size=${size}:rate=25:duration=0.4,format=rgb24`, ...more];
}

/** YUV of a red, a white and a black, as BT.709 and BT.601 have them, each of 16 to 235. */
const red = { hd: [63, 102, 240], sd: [81, 90, 240] };

function expectNear(found: readonly number[], expected: readonly number[], what: string): void {
  const isNear = expected.every((value, index) => Math.abs(value - (found[index] ?? -99)) <= 2);
  assert.ok(isNear, `${what}: ${found} for ${expected}`);
}

test('an anamorphic picture keeps the shape that is seen, in every size, encoded or copied', async (t) => {
  const folder = await temporaryFolder(t);
  // A white square on black, as it is seen: 16:9 in 4:3.
  const square = 'drawbox=x=270:y=168:w=180:h=240:color=white:t=fill';
  const source = `color=black:size=720x576:rate=25:duration=0.4,${square},setsar=64/45`;
  const input = await makeMedia(folder, 'film.mp4', ['-f', 'lavfi', '-i', source, ...fast]);
  for (const size of [undefined, { width: 640, height: 360 }, { width: 640, height: 480 }]) {
    const run = await encode({
      input,
      renditions: [{ name: 'main', ...(size === undefined ? {} : { size }) }],
    });
    const facts = run.inits.get('main')?.facts;
    const seen = await pictureOf(await joinedFile(folder, run));
    assert.equal(seen.pixels, '1:1');
    assert.deepEqual([seen.width, seen.height], [facts?.width, facts?.height]);
    assert.deepEqual(
      [facts?.width, facts?.height],
      size === undefined ? [1024, 576] : [size.width, size.height],
    );
    const { across, down } = seen.white();
    assert.ok(Math.abs(across / down - 256 / 240) < 0.04, `${across}x${down}`);
    // 16:9 in 4:3 has bars above and below, and none at the sides; in 16:9 it has none.
  }
  const copied = await encode({ input, videoCodec: 'copy', audioCodec: 'none' });
  const facts = copied.inits.get('main')?.facts;
  assert.deepEqual([facts?.width, facts?.height], [1024, 576]);
});

test('a turned picture is announced as it is shown', async (t) => {
  const folder = await temporaryFolder(t);
  const flat = await makeMedia(folder, 'flat.mp4', [...picture(0.4), ...fast]);
  const input = await makeMedia(folder, 'turned.mp4', [
    '-i',
    flat,
    '-c',
    'copy',
    '-metadata:s:v',
    'rotate=90',
  ]);
  for (const videoCodec of ['libx264', 'copy']) {
    const run = await encode({ input, videoCodec });
    const facts = run.inits.get('main')?.facts;
    assert.deepEqual([facts?.width, facts?.height], [90, 160], videoCodec);
  }
});

test('fields become pictures: none of them is combed, and each field can be one', async (t) => {
  const folder = await temporaryFolder(t);
  // A bar that runs: fields of two times have teeth at its edge.
  const moving =
    "color=black:size=320x180:rate=50:duration=1[b];color=white:size=40x180:rate=50:duration=1[w];[b][w]overlay=x='n*5'";
  const fields = ['-flags', '+ildct+ilme', '-x264opts', 'interlaced=1', '-crf', '5'];
  const args = ['-filter_complex', `${moving},interlace=lowpass=0`, ...fast, ...fields];
  const input = await makeMedia(folder, 'fields.ts', args);
  const options = { input, renditions: [{ name: 'main', bitrate: 3_000_000 }] };
  const teethOf = async (more: object) => {
    const run = await encode({ ...options, ...more });
    assert.equal(run.error, undefined);
    const seen = await pictureOf(await joinedFile(folder, run), 0.5);
    return { teeth: seen.teeth(), rate: run.plan.timing.rate };
  };
  const plainly = await teethOf({ deinterlace: 'off' });
  assert.ok(plainly.teeth > 500, `${plainly.teeth} teeth without a filter`);
  for (const [more, rate] of [
    [{}, 25],
    [{ deinterlace: 'on' }, 25],
    [{ rate: 50 }, 50],
  ] as const) {
    const found = await teethOf(more);
    assert.ok(found.teeth < plainly.teeth / 10, `${found.teeth} teeth of ${plainly.teeth}`);
    assert.equal(found.rate, rate);
  }
});

test('colours are those of the standard of their size, and are written down', async (t) => {
  const folder = await temporaryFolder(t);
  const rgb = ['-c:v', 'ffv1', '-pix_fmt', 'bgr0'];
  const full = ['-vf', 'format=yuvj420p', '-color_range', 'pc', ...fast];
  const table: [name: string, args: string[], size: string | undefined, yuv: number[], tags: string][] = [
    ['screen.mkv', plain('red', '1280x720', rgb), undefined, red.hd, 'tv bt709 bt709 bt709'],
    ['screen-small.mkv', plain('red', '1280x720', rgb), '640x360', red.sd, 'tv smpte170m bt709 bt709'],
    ['full.mkv', plain('white', '1280x720', full), undefined, [235, 128, 128], 'tv bt709 bt709 bt709'],
    [
      'untagged.mkv',
      plain('black', '720x576', fast),
      undefined,
      [16, 128, 128],
      'tv smpte170m smpte170m smpte170m',
    ],
  ];
  for (const [name, args, size, yuv, tags] of table) {
    const input = await makeMedia(folder, name, args);
    const [width = 0, height = 0] = (size ?? '').split('x').map(Number);
    const renditions = [{ name: 'main', ...(size === undefined ? {} : { size: { width, height } }) }];
    const run = await encode({ input, renditions });
    assert.equal(run.error, undefined);
    const seen = await pictureOf(await joinedFile(folder, run));
    expectNear(seen.at(0.5, 0.5), yuv, name);
    assert.equal(seen.colours, tags, name);
    const init = run.inits.get('main')?.bytes;
    assert.ok(init?.includes('colrnclx'), 'the container says it, too');
  }
});

test('a picture that changes its matrix, its size and its shape in mid-stream looks as it did', async (t) => {
  const folder = await temporaryFolder(t);
  const pieces: Buffer[] = [];
  const table = [
    ['bt709', '1280x720', 1],
    ['smpte170m', '1280x720', 1],
    ['smpte170m', '720x576', 1],
  ] as const;
  for (const [index, [matrix, size]] of table.entries()) {
    const coded = `scale=in_color_matrix=${matrix}:out_color_matrix=${matrix},format=yuv420p`;
    const tagged = `setparams=range=tv:colorspace=${matrix}:color_primaries=${matrix}:color_trc=${matrix}`;
    const more = [
      '-vf',
      `${coded},${tagged}`,
      ...fast,
      '-output_ts_offset',
      String(index * 0.4),
      '-f',
      'mpegts',
    ];
    pieces.push(await readFile(await makeMedia(folder, `${index}.ts`, plain('red', size, more))));
  }
  const input = join(folder, 'all.ts');
  await writeFile(input, pieces);
  const run = await encode({ input });
  assert.equal(run.error, undefined);
  const file = await joinedFile(folder, run);
  for (const at of [0.2, 0.6, 1]) {
    const seen = await pictureOf(file, at);
    assert.deepEqual([seen.width, seen.height], [1280, 720]);
    expectNear(seen.at(0.5, 0.5), red.hd, `at ${at} s`);
    // 5:4 in 16:9 has bars at its sides.
    expectNear(seen.at(0.01, 0.5).slice(0, 1), [at < 0.8 ? 63 : 16], `the edge at ${at} s`);
  }
});

test('HDR is brought into the range of ordinary screens', async (t) => {
  const folder = await temporaryFolder(t);
  for (const transfer of ['smpte2084', 'arib-std-b67']) {
    const params = `log-level=none:colorprim=bt2020:transfer=${transfer}:colormatrix=bt2020nc`;
    const hdr = [
      '-vf',
      'format=yuv420p10le',
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      params,
    ];
    const input = await makeMedia(folder, `${transfer}.mp4`, plain('gray', '320x180', hdr));
    const run = await encode({ input });
    assert.equal(run.error, undefined);
    const seen = await pictureOf(await joinedFile(folder, run));
    assert.equal(seen.colours, 'tv bt709 bt709 bt709');
    const [luma = 0] = seen.at(0.5, 0.5);
    assert.ok(luma > 60 && luma < 235, `a grey of ${luma}`);
  }
});
