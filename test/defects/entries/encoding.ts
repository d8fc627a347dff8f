/** Encoders: what is seen and heard is what was filmed. */
import { type Defect, edit } from '../defect.ts';

const picturesModel = 'test:models pictures --seed 151 --runs 10';
const encodersModel = 'test/models/encoders.test.ts';
const cameras = 'test:players --player hls.js --player ffmpeg';
const filters = 'src/live/encode/picture-filters.test.ts';
const pictures = 'test/live/encode-pictures.test.ts';

export const encoding: readonly Defect[] = [
  {
    name: 'sightings-ahead-of-the-clock',
    breaks:
      'A publisher whose clock was set back kept all that it saw until the clock came there again, and ended with "Maximum call stack size exceeded".',
    edits: [
      edit(
        'src/live/publish/capture-clock.ts',
        '    while ((this.#seen.at(-1)?.at ?? readAt) > readAt) this.#seen.pop();\n',
        '',
      ),
    ],
    seekers: [],
    tests: ['src/live/publish/capture-clock.test.ts'],
  },
  {
    name: 'encoder-outlives-its-publisher',
    breaks:
      'FFmpeg outlived a publisher that was killed and kept its port: the next one got "Address already in use".',
    edits: [
      edit(
        'src/live/encode/guardian.ts',
        "  if (process.platform === 'win32') return { watch: () => {}, dismiss: () => {} };",
        "  if (process.platform !== 'darwin') return { watch: () => {}, dismiss: () => {} };",
      ),
    ],
    seekers: ['test/live/publish-stopped.test.ts'],
    tests: ['test/live/encode-process.test.ts'],
  },
  {
    name: 'squeezed-pictures',
    breaks: 'Pictures whose pixels are not square were squeezed: bars at the sides of one that has none.',
    edits: [
      edit(
        'src/live/encode/picture-filters.ts',
        "  const across = `'round(min(${width},${height}*dar)/2)*2'`;\n  const down = `'round(min(${height},${width}/dar)/2)*2'`;",
        "  const across = `'round(min(${width},${height}*iw/ih)/2)*2'`;\n  const down = `'round(min(${height},${width}*ih/iw)/2)*2'`;",
      ),
    ],
    seekers: [picturesModel, cameras],
    tests: [filters, pictures],
  },
  {
    name: 'combed-pictures',
    breaks: 'Interlaced pictures were encoded as they were: combed, and called progressive.',
    edits: [
      edit(
        'src/live/encode/picture-filters.ts',
        "  if (deinterlace === 'auto' && !isNeeded) return [];",
        "  if (deinterlace === 'auto' || !isNeeded) return [];",
      ),
    ],
    seekers: [picturesModel, cameras],
    tests: [filters, pictures],
  },
  {
    name: 'colours-of-another-standard',
    breaks: "Screens were encoded by BT.601's matrix and not described: red came out as 255,24,0.",
    edits: [
      edit(
        'src/live/encode/picture-filters.ts',
        "  return /^(?:bt709|fcc|smpte170m|smpte240m)$/.test(colours.matrix) ? colours.matrix : 'bt709';",
        "  return /^(?:fcc|smpte170m|smpte240m)$/.test(colours.matrix) ? colours.matrix : 'smpte170m';",
      ),
      edit(
        'src/live/encode/picture-filters.ts',
        '  return `setparams=range=tv:colorspace=${matrix}:color_primaries=${primaries}:color_trc=${transfer}`;',
        "  return matrix + primaries + transfer === '' ? '' : 'setparams=range=tv';",
      ),
    ],
    seekers: [picturesModel, cameras],
    tests: [filters, pictures],
  },
  {
    name: 'copied-hevc-as-it-was-called',
    breaks: 'Copied HEVC was called hev1, which Safari does not play.',
    edits: [edit('src/live/mp4/sample-entries.ts', "{ hev1: 'hvc1', avc3", '{ avc3')],
    seekers: [cameras],
    tests: ['src/live/mp4/codec.test.ts', 'test/live/encode-inputs.test.ts'],
  },
  {
    name: 'silence-from-the-start-of-the-run',
    breaks:
      'Sound that changed its layout was filled with as much silence as the run had lasted, until the encoder died.',
    edits: [
      edit(
        'src/live/encode/arguments.ts',
        "'aresample=async=1', `-c:a:",
        "'aresample=async=1:first_pts=0', `-c:a:",
      ),
    ],
    seekers: [cameras],
    tests: ['test/live/encode-sound.test.ts', 'src/live/encode/encode-parts.test.ts'],
  },
  {
    name: 'file-that-fails-at-one-place',
    breaks: 'A file that fails at the same place each time was published from its beginning again and again.',
    edits: [
      edit(
        'src/live/publish/restarts.ts',
        '    if (this.#failedThereBefore(ended)) return undefined;\n',
        '    void this.#failedThereBefore(ended);\n',
      ),
    ],
    seekers: [encodersModel, cameras],
    tests: ['src/live/publish/restarts.test.ts'],
  },
  {
    name: 'late-sound-is-dropped',
    breaks:
      'Sound that began 2 s behind the picture ended the publisher, or stood still for ever: nothing was made in its place.',
    edits: [
      edit(
        'src/live/encode/sound-timeline.ts',
        '      } else if (this.#silence !== undefined) {\n',
        '      } else if (this.#silence !== undefined && least < 0) {\n',
      ),
    ],
    seekers: [encodersModel, cameras],
    tests: ['src/live/encode/sound-timeline.test.ts'],
  },
  {
    name: 'sound-before-its-picture',
    breaks:
      'shaka-player by HLS took the first decode time of a part for one of the picture, and showed nothing.',
    edits: [
      edit(
        'src/live/encode/interleaver.ts',
        '      if (sound !== undefined) bytes = Buffer.concat([bytes, sound]);',
        '      if (sound !== undefined) bytes = Buffer.concat([sound, bytes]);',
      ),
    ],
    seekers: ['test:players --player shaka-hls'],
    tests: ['test/live/encode-sound.test.ts'],
  },
];
