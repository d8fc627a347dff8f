/**
 * What FFmpeg finds in an input that nobody could look at before (a sender that is awaited, standard input), in its own words:
 * `Stream #0:0: Video: h264 (High), yuv420p(tv, bt709, top first), 720x576 [SAR 64:45 DAR 16:9], 25 fps`. They come before its first picture. Pure.
 */
import { type PictureFacts, type ProbedPicture, pictureFacts } from './picture-facts.ts';

/** FFmpeg's words for fields, as ffprobe's. */
const fields: Readonly<Record<string, string>> = {
  progressive: 'progressive',
  'top first': 'tt',
  'bottom first': 'bb',
  'top coded first (swapped)': 'tb',
  'bottom coded first (swapped)': 'bt',
};
const ranges = ['tv', 'pc'];

/** Takes the lines that FFmpeg tells, in their order. */
export class FoundInput {
  #isInput = false;
  #isFound = false;

  /** The first picture of the input, once, with the line that tells of it. Undefined of all other lines, and where its size is not known. */
  push(line: string): PictureFacts | undefined {
    if (/^(?:Input|Output) #\d/.test(line)) this.#isInput = line.startsWith('Input');
    if (line.startsWith('Stream mapping:')) this.#isInput = false;
    const video = /^Stream #0:\d+.*?: Video: (.*)$/.exec(line)?.[1];
    if (video === undefined || !this.#isInput || this.#isFound) return undefined;
    this.#isFound = true;
    return pictureFacts(pictureIn(video));
  }
}

/** Format, range, colours and fields stand in one bracket behind the codec, the size behind that. */
function pictureIn(text: string): ProbedPicture {
  const size = /, (\d+)x(\d+)(?: \[SAR (\d+:\d+))?/.exec(text);
  const [, format, words = ''] = /, ([a-z0-9]+)(?:\((.*?)\))?, \d+x\d+/.exec(text) ?? [];
  const told = words.split(', ');
  const field = told.find((word) => word in fields);
  const colours = told.find((word) => word !== field && !ranges.includes(word)) ?? '';
  const [matrix, primaries = matrix, transfer = matrix] = colours.split('/');
  return {
    width: Number(size?.[1] ?? 0),
    height: Number(size?.[2] ?? 0),
    sample_aspect_ratio: size?.[3],
    pix_fmt: format,
    field_order: field === undefined ? undefined : fields[field],
    color_space: matrix,
    color_primaries: primaries,
    color_transfer: transfer,
  };
}
