/**
 * Pictures of any shape, size, standard and kind, encoded as a publisher does by the real FFmpeg: what is seen has the shape, the colour
 * and the time that was filmed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../support/folder.ts';
import { encode, joinedFile, makeMedia, pictureOf } from '../support/media.ts';
import fc from '../support/properties.ts';
import { assertAtOnce } from './at-once.ts';

interface Film {
  readonly size: readonly [width: number, height: number];
  /** Of a pixel, across by down. */
  readonly shape: readonly [across: number, down: number];
  readonly isInterlaced: boolean;
  /** What of its colours is written down; undefined: nothing, as on a screen that is captured. */
  readonly matrix: 'bt709' | 'smpte170m' | undefined;
  readonly rendition: readonly [width: number, height: number] | undefined;
}

const film: fc.Arbitrary<Film> = fc.record({
  size: fc.constantFrom([720, 576], [720, 480], [640, 360], [320, 240], [1280, 720], [352, 288]),
  shape: fc.constantFrom([1, 1], [64, 45], [16, 11], [4, 3], [8, 9]),
  isInterlaced: fc.boolean(),
  matrix: fc.constantFrom(undefined, 'bt709', 'smpte170m'),
  rendition: fc.constantFrom(undefined, [640, 360], [640, 480], [320, 180]),
});

/** By the matrix that is written down (ITU-R BT.601 and BT.709), from a picture's numbers to what a screen shows. */
function shown([luma = 0, blue = 0, red = 0]: readonly number[], matrix: string): readonly number[] {
  const [kr, kb] = matrix === 'bt709' ? [0.2126, 0.0722] : [0.299, 0.114];
  const [y, u, v] = [(luma - 16) / 219, (blue - 128) / 224, (red - 128) / 224];
  const [r, b] = [y + 2 * (1 - kr) * v, y + 2 * (1 - kb) * u];
  return [r, (y - kr * r - kb * b) / (1 - kr - kb), b].map((value) => Math.round(value * 255));
}

/** A white square that runs over red. */
function sourceOf({ size: [width, height], shape: [across, down], isInterlaced, matrix }: Film): string[] {
  // As it is seen, it is as wide as it is high.
  const [w, h] = [Math.round(((height / 3) * down) / across), Math.round(height / 3)];
  const background = `color=red:size=${width}x${height}:rate=50:duration=1,format=rgb24[b]`;
  const square = `color=white:size=${w}x${h}:rate=50:duration=1,format=rgb24[w]`;
  const moved = `[b][w]overlay=x='(W-w)/4+n*3':y='(H-h)/2':format=rgb`;
  const fields = isInterlaced ? ',interlace=lowpass=0' : ',fps=25';
  const coded =
    matrix === undefined
      ? ',format=bgr0'
      : `,scale=out_color_matrix=${matrix}:out_range=tv,format=yuv420p,setparams=range=tv:colorspace=${matrix}:color_primaries=${matrix}:color_trc=${matrix}`;
  // Fields are made before their colours are shared by two lines.
  const order = isInterlaced && matrix !== undefined ? `,format=yuv444p${fields}` : fields;
  return [
    '-filter_complex',
    `${background};${square};${moved}${matrix === undefined ? fields : order}${coded},setsar=${across}/${down}`,
  ];
}

test('What is seen has the shape, the colours and the edges that were filmed', async (t) => {
  const folder = await temporaryFolder(t);
  let count = 0;
  const play = async (one: Film): Promise<void> => {
    count += 1;
    // A screen that is captured has no fields.
    const drawn = one.matrix === undefined ? { ...one, isInterlaced: false } : one;
    const codec =
      drawn.matrix === undefined
        ? ['-c:v', 'ffv1', '-pix_fmt', 'bgr0']
        : [
            '-c:v',
            'libx264',
            '-preset',
            'ultrafast',
            '-crf',
            '5',
            ...(drawn.isInterlaced ? ['-flags', '+ildct+ilme', '-x264opts', 'interlaced=1'] : []),
          ];
    const input = await makeMedia(folder, `${count}.${drawn.matrix === undefined ? 'mkv' : 'ts'}`, [
      ...sourceOf(drawn),
      ...codec,
    ]);
    const size = drawn.rendition && { width: drawn.rendition[0], height: drawn.rendition[1] };
    const run = await encode({
      input,
      audioCodec: 'none',
      renditions: [{ name: 'main', bitrate: 3_000_000, ...(size && { size }) }],
    });
    assert.equal(run.error, undefined);
    const seen = await pictureOf(await joinedFile(folder, run), 0.4);
    const facts = run.inits.get('main')?.facts;
    assert.deepEqual(
      [seen.width, seen.height],
      [facts?.width, facts?.height],
      'another size than is announced',
    );
    assert.equal(seen.pixels ?? '1:1', '1:1');
    const { across, down } = seen.square();
    assert.ok(Math.abs(across - down) <= 4 + down * 0.08, `a square is ${across} by ${down}`);
    assert.ok(seen.teeth() < 60, `${seen.teeth()} teeth`);
    const [range, matrix = ''] = seen.colours.split(' ');
    assert.equal(range, 'tv');
    assert.ok(
      ['bt709', 'smpte170m', 'bt470bg'].includes(matrix),
      `nobody is told how to show it: ${seen.colours}`,
    );
    const [red = 0, green = 255, blue = 255] = shown(seen.at(0.7, 0.5), matrix);
    assert.ok(red > 244 && green < 12 && blue < 12, `red is shown as ${red}, ${green}, ${blue}`);
  };
  await assertAtOnce(film, play, { numRuns: 3, seed: 151, atOnce: 2 });
});
