/** What a sample entry (ISO/IEC 14496-12, 8.5.2) says of its codec, as players are told it: RFC 6381. */
import { FormatError } from '../../errors.ts';
import type { Colours } from '../../records/colours.ts';
import { type Box, optionalBox, requiredBox } from './box.ts';
import { coloursOf } from './colours.ts';
import { Fields } from './fields.ts';

/** Of the first sample entry of a track. Sizes in pixels, square ones, as the picture is shown; 0 of sound. */
export interface SampleEntry {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** Absent where nothing is said, and of sound. */
  readonly colours?: Colours;
}

/** Bytes of a sample entry before the boxes in it: VisualSampleEntry and AudioSampleEntry. */
const visualHead = 78;
const audioHead = 28;

/** Reads a sample entry. Throws FormatError for a codec that this house cannot name. */
export function readSampleEntry({ type, body }: Box): SampleEntry {
  switch (type) {
    case 'avc1':
    case 'avc3':
    case 'hvc1':
    case 'hev1':
    case 'dvh1':
    case 'dvhe':
    case 'av01': {
      const fields = new Fields(type, body);
      fields.skip(24);
      const width = fields.uint16();
      const height = fields.uint16();
      fields.skip(visualHead - 28);
      const boxes = fields.rest();
      const colours = coloursOf(type, boxes);
      return {
        codec: visualCodec(type, boxes),
        ...shownSize(width, height, optionalBox(boxes, 'pasp')),
        ...(colours === undefined ? {} : { colours }),
      };
    }
    case 'mp4a': {
      const fields = new Fields(type, body);
      fields.skip(audioHead);
      return { codec: aacCodec(requiredBox(fields.rest(), 'esds')), width: 0, height: 0 };
    }
    case 'Opus':
      return { codec: 'opus', width: 0, height: 0 };
    case 'fLaC':
      return { codec: 'flac', width: 0, height: 0 };
    case 'ac-3':
    case 'ec-3':
      return { codec: type, width: 0, height: 0 };
    default:
      throw new FormatError(`codec "${type}" is none that browsers play`);
  }
}

/** By the shape of a pixel (PixelAspectRatioBox, ISO/IEC 14496-12, 12.1.4): the greater side is kept, none of what was coded is lost. */
function shownSize(
  width: number,
  height: number,
  pasp: Buffer | undefined,
): { width: number; height: number } {
  const fields = pasp === undefined ? undefined : new Fields('pasp', pasp);
  const shape = fields === undefined ? 1 : fields.uint32() / fields.uint32();
  if (!(shape > 0.05 && shape < 20)) return { width, height };
  return {
    width: Math.round(width * Math.max(1, shape)),
    height: Math.round(height / Math.min(1, shape)),
  };
}

function visualCodec(type: string, boxes: Buffer): string {
  if (type.startsWith('avc')) return avcCodec(type, requiredBox(boxes, 'avcC'));
  if (type.startsWith('dv'))
    return dolbyCodec(type, optionalBox(boxes, 'dvcC') ?? requiredBox(boxes, 'dvvC'));
  if (type.startsWith('h')) return hevcCodec(type, requiredBox(boxes, 'hvcC'));
  return av1Codec(optionalBox(boxes, 'av1C'));
}

/** RFC 6381, 3.3: profile, constraints and level of AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3). */
function avcCodec(type: string, record: Buffer): string {
  const fields = new Fields('avcC', record);
  fields.skip(1);
  return `${type}.${fields.bytes(3).toString('hex')}`;
}

/** ISO/IEC 14496-15, annex E.3: `hvc1.1.6.L93.B0`. */
function hevcCodec(type: string, record: Buffer): string {
  const fields = new Fields('hvcC', record);
  fields.skip(1);
  const profile = fields.uint8();
  const space = ['', 'A', 'B', 'C'][profile >> 6] ?? '';
  const compatible = reversed(fields.uint32()).toString(16).toUpperCase();
  const constraints = [...fields.bytes(6)];
  while (constraints.length > 0 && constraints.at(-1) === 0) constraints.pop();
  const tier = profile & 0x20 ? 'H' : 'L';
  const tail = constraints.map((byte) => `.${byte.toString(16).toUpperCase()}`).join('');
  return `${type}.${space}${profile & 0x1f}.${compatible}.${tier}${fields.uint8()}${tail}`;
}

/** Dolby Vision Streams Within the ISO Base Media File Format, 3.2 and 4: `dvh1.05.06`, the profile and the level. */
function dolbyCodec(type: string, record: Buffer): string {
  const fields = new Fields('dvcC', record);
  fields.skip(2);
  const bits = fields.uint16();
  const two = (number: number) => String(number).padStart(2, '0');
  return `${type}.${two(bits >> 9)}.${two((bits >> 3) & 0x3f)}`;
}

/** The bits of 32, the other way round. */
function reversed(word: number): number {
  let result = 0;
  for (let bit = 0; bit < 32; bit++) result = result * 2 + ((word >>> bit) & 1);
  return result;
}

/** AV1 Codec ISO Media File Format Binding, section 5: `av01.0.04M.08`. */
function av1Codec(record: Buffer | undefined): string {
  if (record === undefined) throw new FormatError('box "av1C" is missing');
  const fields = new Fields('av1C', record);
  fields.skip(1);
  const first = fields.uint8();
  const second = fields.uint8();
  const level = String(first & 0x1f).padStart(2, '0');
  const highDepth = (second & 0x40) !== 0;
  const twelve = (second & 0x20) !== 0;
  const depth = highDepth ? (twelve ? '12' : '10') : '08';
  return `av01.${first >> 5}.${level}${second & 0x80 ? 'H' : 'M'}.${depth}`;
}

/** Object type 0x40 is MPEG-4 audio; of others the number alone is the name (RFC 6381, 3.3). */
const mpeg4Audio = 0x40;

/** Descriptors of ISO/IEC 14496-1, 7.2.6, as far as `mp4a.40.2` needs them. */
function aacCodec(esds: Buffer): string {
  const fields = new Fields('esds', esds);
  fields.skip(4);
  const stream = descriptor(fields.rest(), 3);
  stream.skip(2);
  const flags = stream.uint8();
  if (flags & 0x80) stream.skip(2);
  if (flags & 0x40) stream.skip(stream.uint8());
  if (flags & 0x20) stream.skip(2);
  const decoder = descriptor(stream.rest(), 4);
  const objectType = decoder.uint8();
  if (objectType !== mpeg4Audio) return `mp4a.${objectType.toString(16)}`;
  decoder.skip(12);
  const config = descriptor(decoder.rest(), 5);
  const first = config.uint8();
  const escaped = first >> 3 === 31;
  const type = escaped ? 32 + ((first & 7) << 3) + (config.uint8() >> 5) : first >> 3;
  return `mp4a.40.${type}`;
}

/** The body of the descriptor at the beginning of `bytes`; its size stands in groups of 7 bits. */
function descriptor(bytes: Buffer, tag: number): Fields {
  const fields = new Fields('esds', bytes);
  if (fields.uint8() !== tag) throw new FormatError(`box "esds" has no descriptor ${tag} where it must be`);
  let size = 0;
  for (let count = 0; count < 4; count++) {
    const byte = fields.uint8();
    size = size * 128 + (byte & 0x7f);
    if ((byte & 0x80) === 0) break;
  }
  return new Fields('esds', fields.bytes(size));
}
