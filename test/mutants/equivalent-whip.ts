/** Of what senders say by WHIP. */
import { alike } from './alike.ts';

const whip = (file: string) => `src/live/ingest/whip/${file}.ts`;
const forTypes = 'It is always there: the types do not know.';

export const inWhip = [
  alike(
    whip('sdp/candidates'),
    "const [foundation = '', component, transport = '', , address = '', port = '', typ] = line",
    forTypes,
    "'' -> '?'",
  ),
  alike(
    whip('sdp/candidates'),
    ".replace(/^(?:a=)?candidate:/, '')",
    'Whoever asks has a line that begins so.',
    '/^(?:a=)?candidate:/ -> /(?:a=)?candidate:/',
  ),
  alike(
    whip('ebml'),
    'const size = [1, 2, 3, 4].find((count) => bytes < 2 ** (7 * count) - 1) ?? 4;',
    'Four are the most, in one way or the other.',
    '4 -> (4 - 1)',
  ),
  alike(
    whip('ebml'),
    'return element(id, bytes.subarray(first === -1 ? 7 : first));',
    'From the end the last byte is the same.',
    '1 -> (1 + 1)',
  ),
  alike(
    whip('rtp/packet'),
    'const type = bytes[1] ?? 0;',
    'Of no byte, and of a small one, it is none.',
    'bytes[1] ?? 0 -> bytes[1]',
    '0 -> (0 + 1)',
    '0 -> (0 - 1)',
  ),
  alike(
    whip('rtp/h264-sets'),
    'if (oldest !== undefined && this.#pictures.size > most) this.#pictures.delete(oldest);',
    forTypes,
    'oldest !== undefined && this.#pictures.size > most -> this.#pictures.size > most',
  ),
  alike(whip('rtp/h264'), 'this.#timestamp ?? 0,', forTypes, 'this.#timestamp ?? 0 -> this.#timestamp'),
  alike(
    whip('rtp/rtcp'),
    'for (let at = 0; at + 4 <= bytes.length; ) {',
    'What has no more than its head says nothing.',
    '4 -> (4 + 1)',
  ),
  alike(
    whip('rtp/media-clock'),
    'if (ofPicture === undefined || ofSound === undefined) return;',
    'What is no number is no difference.',
    'ofPicture === undefined || ofSound === undefined -> false',
  ),
  alike(
    whip('rtp/reception'),
    '#highest = 0;',
    'The first one is higher than a round.',
    '0 -> (0 + 1)',
    '0 -> (0 - 1)',
  ),
  alike(
    whip('rtp/transport-feedback'),
    'while (at + run < symbols.length && run < 0x1fff && symbols[at + run] === one) run += 1;',
    'Behind the last one nothing is like it, and there are 1200 at the most.',
    'at + run < symbols.length && run < 0x1fff -> run < 0x1fff',
    'at + run < symbols.length && run < 0x1fff -> at + run < symbols.length',
    '< -> <=',
  ),
  alike(
    whip('rtp/reorder'),
    'this.#highest = sequence - 1;',
    'Before the next one no hole is looked for.',
    '1 -> (1 + 1)',
  ),
].flat();
