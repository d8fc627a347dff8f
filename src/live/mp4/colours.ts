/** What a sample entry says of the colours of its picture: by its `colr` (ISO/IEC 14496-12, 12.1.5), otherwise by the parameter sets in it. */
import { FormatError } from '../../errors.ts';
import type { Colours } from '../../records/colours.ts';
import { boxesIn, optionalBox } from './box.ts';
import { Fields } from './fields.ts';
import { avcColours, hevcColours } from './parameter-sets.ts';

/** "Unspecified" of all three tables (ISO/IEC 23091-2, 8). */
export const unspecified = 2;
const perceptualQuantizer = 16;
const sequenceSet = { avc: 7, hevc: 33 } as const;

/** `boxes`: those of a visual sample entry. Undefined where nothing is said: nobody refuses a stream for its colours. */
export function coloursOf(type: string, boxes: Buffer): Colours | undefined {
  return [boxColours, avcRecordColours, hevcRecordColours]
    .map((read) => told(read, boxes))
    .concat(dolbyColours(type, boxes))
    .find((found) => found !== undefined && Object.values(found).some((code) => code !== unspecified));
}

function told(read: (boxes: Buffer) => Colours | undefined, boxes: Buffer): Colours | undefined {
  try {
    return read(boxes);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** There may be several: an ICC profile beside the code points. */
function boxColours(boxes: Buffer): Colours | undefined {
  for (const { type, body } of boxesIn(boxes)) {
    if (type !== 'colr') continue;
    const fields = new Fields(type, body);
    if (fields.bytes(4).toString('latin1') !== 'nclx') continue;
    return { primaries: code(fields), transfer: code(fields), matrix: code(fields) };
  }
  return undefined;
}

/** 16 bits, for a table whose entries have 8. */
function code(fields: Fields): number {
  const value = fields.uint16();
  return value > 255 ? unspecified : value;
}

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3): the first of its sequence parameter sets. */
function avcRecordColours(boxes: Buffer): Colours | undefined {
  const record = optionalBox(boxes, 'avcC');
  if (record === undefined) return undefined;
  const fields = new Fields('avcC', record);
  fields.skip(5);
  if ((fields.uint8() & 0x1f) === 0) return undefined;
  const unit = fields.bytes(fields.uint16());
  return ((unit[0] ?? 0) & 0x1f) === sequenceSet.avc ? avcColours(unit) : undefined;
}

/** HEVCDecoderConfigurationRecord (8.3.3): arrays of units, each of one type. */
function hevcRecordColours(boxes: Buffer): Colours | undefined {
  const record = optionalBox(boxes, 'hvcC');
  if (record === undefined) return undefined;
  const fields = new Fields('hvcC', record);
  fields.skip(22);
  for (let arrays = fields.uint8(); arrays > 0; arrays--) {
    const type = fields.uint8() & 0x3f;
    for (let units = fields.uint16(); units > 0; units--) {
      const unit = fields.bytes(fields.uint16());
      if (type === sequenceSet.hevc) return hevcColours(unit);
    }
  }
  return undefined;
}

/** Dolby Vision of profile 5 has colours of its own, which its picture need not tell, and light by PQ. */
function dolbyColours(type: string, boxes: Buffer): Colours | undefined {
  const record = type.startsWith('dv') ? optionalBox(boxes, 'dvcC') : undefined;
  const isFive = record !== undefined && (record[2] ?? 0) >> 1 === 5;
  return isFive ? { primaries: unspecified, transfer: perceptualQuantizer, matrix: unspecified } : undefined;
}
