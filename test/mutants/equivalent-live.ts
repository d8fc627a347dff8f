/** Of what is delivered of live video. */
import { alike } from './alike.ts';

const lineUp = 'src/delivery/hls/line-up.ts';
const window = 'src/delivery/window/window.ts';
const again = 'What is remembered is found again, only later.';

export const inLive = [
  alike(
    lineUp,
    'let from = Math.max(0, segments.length - 1);',
    'Of no segments nothing is listed, from wherever.',
    '0 -> (0 - 1)',
  ),
  alike(
    lineUp,
    'const begun = (segment.discontinuities ?? 0) - (before.discontinuities ?? 0);',
    'Segments say it all or none; what is no number is not too many.',
    'segment.discontinuities ?? 0 -> segment.discontinuities',
    'before.discontinuities ?? 0 -> before.discontinuities',
  ),
  alike(lineUp, 'unbroken.set(segments, from);', again),
  alike('src/delivery/hls/segment-lines.ts', 'dateLines.set(segment, line);', again),
  alike(window, '#epoch = -1;', 'Epochs are 0 and more.', '1 -> (1 + 1)'),
  alike(
    window,
    'return rendition !== undefined && this.#sorted.includes(rendition) ? rendition : undefined;',
    'None is among those that are shown.',
    'rendition !== undefined && this.#sorted.includes(rendition) -> this.#sorted.includes(rendition)',
  ),
  alike(
    window,
    '.sort((a, b) => b.facts.bandwidth - a.facts.bandwidth || (a.name < b.name ? -1 : 1));',
    'Names differ, and of the result only its sign counts.',
    '< -> <=',
    '1 -> (1 + 1)',
  ),
  alike(
    'src/delivery/window/windows.ts',
    'if (this.#memory.came(bytes.length) && this.#setAside().includes(stream)) return;',
    'Who counts each time sets nobody aside before it is too much.',
    'this.#memory.came(bytes.length) && this.#setAside().inclu... -> this.#setAside().includes(stream)',
  ),
  alike(
    'src/delivery/window/rendition.ts',
    'if (this.inits.size < 2) return;',
    'The short way: the only init is the newest.',
    'this.inits.size < 2 -> false',
    '2 -> (2 - 1)',
    'return; -> ;',
  ),
  alike(
    'src/delivery/dash/ffmpeg.ts',
    "timeline.flatMap((each) => own('s', each)),",
    'A line by itself and a list of this line alone are the same text.',
    'flatMap -> map',
  ),
  alike(
    'src/delivery/dash/one-track.ts',
    'const size = flags & 0x10 ? head.uint32() : track.defaults.size;',
    'What has the lowest flag was refused.',
    '0x10 -> (0x10 + 1)',
  ),
].flat();
