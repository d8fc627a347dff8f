/** Inputs that are files. */
import { join } from 'node:path';
import { runCommand } from '../../support/process.ts';
import { type FilmOptions, makeFilm, toneInput } from './film.ts';
import { type Input, length, seed } from './input.ts';

const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-pix_fmt', 'yuv420p'];
const aac = ['-c:a', 'aac', '-b:a', '96k', '-shortest'];
/** As `--video-codec copy` needs them: often enough, and nothing before them that needs what comes behind. */
const keyframes = ['-g', '30', '-keyint_min', '30', '-sc_threshold', '0', '-bf', '0'];
const wide = { width: 320, height: 180 };
/** Even in 4:2:0 lines of chroma have a length that GStreamer's writer does not pad. */
const upright = { width: 176, height: 320 };
const every = (): boolean => true;

function film(
  folder: string,
  name: string,
  rate: number,
  args: readonly string[],
  more: Partial<FilmOptions> = {},
) {
  const numbers = { from: 0, until: Math.round(length * rate) };
  const sound = { inputs: toneInput(length) };
  return makeFilm({ folder, name, ...wide, rate: String(rate), ...numbers, seed, ...sound, args, ...more });
}

/** Portrait, filmed by a camera that lay on its side and says so. */
async function turned(folder: string): Promise<string> {
  const args = ['-vf', 'transpose=1', ...x264, ...keyframes, ...aac];
  const flat = await film(folder, 'flat.mp4', 30, args, upright);
  const path = join(folder, 'turned.mp4');
  const tagged = ['-y', '-v', 'error', '-i', flat, '-c', 'copy', '-metadata:s:v', 'rotate=90', path];
  const { code, stderr } = await runCommand('ffmpeg', tagged);
  if (code !== 0) throw new Error(stderr);
  return path;
}

export const files: readonly Input[] = [
  {
    name: 'even',
    about: '30 whole pictures a second, square pixels, 8 bits',
    expected: { rate: 30, has: every, aspect: 16 / 9 },
    make: async (folder) => ({ path: await film(folder, 'even.mp4', 30, [...x264, ...aac]) }),
  },
  {
    name: 'interlaced',
    about: '25 pictures of two fields a second, each field a picture of its own',
    // The first field of each picture is kept.
    expected: { rate: 50, has: (number) => number % 2 === 0, aspect: 16 / 9 },
    async make(folder, seconds = length) {
      const fields = ['-vf', 'interlace=scan=tff:lowpass=0', ...x264, '-flags', '+ildct+ilme'];
      const shorter = { until: 50 * seconds, inputs: toneInput(seconds) };
      return {
        path: await film(folder, 'fields.ts', 50, [...fields, '-x264opts', 'tff=1', ...aac], shorter),
      };
    },
  },
  {
    name: 'anamorphic',
    about: '180x144 with pixels of 64:45, which is 16:9',
    expected: { rate: 25, has: every, aspect: 16 / 9 },
    async make(folder) {
      const squeezed = ['-vf', 'scale=180:144,setsar=64/45', ...x264, ...aac];
      return { path: await film(folder, 'squeezed.mp4', 25, squeezed, { width: 256, height: 144 }) };
    },
  },
  {
    name: 'rotated',
    about: 'lying in the file, with the note to turn it by 90 degrees',
    expected: { rate: 30, has: every, aspect: upright.width / upright.height },
    make: async (folder) => ({ path: await turned(folder) }),
  },
  {
    name: 'rotated, copied',
    about: 'the same by `--video-codec copy`',
    expected: { rate: 30, has: every, aspect: upright.width / upright.height },
    options: ['--video-codec', 'copy'],
    make: async (folder) => ({ path: await turned(folder) }),
  },
  {
    name: '59.94',
    about: '60000/1001 pictures a second',
    expected: { rate: 60_000 / 1001, has: every, aspect: 16 / 9 },
    async make(folder) {
      const rate = { rate: '60000/1001', until: 60 * length };
      return { path: await film(folder, 'quick.mp4', 60, [...x264, ...aac], rate) };
    },
  },
  {
    name: 'variable rate',
    about: '2 s of 10 pictures a second, 2 s of 30, in turn',
    expected: { rate: 30, has: (number) => number % 3 === 0 || number % 120 > 60, aspect: 16 / 9 },
    async make(folder) {
      const chosen = ['-vf', "select='not(mod(n,3))+gt(mod(n,120),60)'", '-fps_mode', 'vfr'];
      return { path: await film(folder, 'variable.mkv', 30, [...chosen, ...x264, ...aac]) };
    },
  },
  {
    name: '10 bits',
    about: 'H.264 of 10 bits, which is encoded anew',
    expected: { rate: 30, has: every, aspect: 16 / 9 },
    async make(folder) {
      return { path: await film(folder, 'ten.mkv', 30, [...x264, '-pix_fmt', 'yuv420p10le', ...aac]) };
    },
  },
  {
    name: 'HEVC, copied',
    about: 'H.265 by `--video-codec copy`',
    expected: { rate: 30, has: every, aspect: 16 / 9 },
    options: ['--video-codec', 'copy'],
    async make(folder) {
      const x265 = 'keyint=30:min-keyint=30:scenecut=0:bframes=0:open-gop=0:log-level=none';
      const args = ['-c:v', 'libx265', '-preset', 'ultrafast', '-crf', '20', '-x265-params', x265];
      return { path: await film(folder, 'hevc.mp4', 30, [...args, '-pix_fmt', 'yuv420p', ...aac]) };
    },
  },
];
