/** Whether what one encoder made can be decoded with the `moov` of another: then films go on over a restart. */
import { type Box, boxesIn, requiredBox } from './box.ts';

/** Boxes that are made of boxes, as far as `moov` has them (ISO/IEC 14496-12, 6.2.3). */
const containers = new Set(['moov', 'trak', 'edts', 'mdia', 'minf', 'stbl', 'mvex']);
/** What says nothing of how samples are decoded: names, tools, dates, rates of bits. */
const irrelevant = new Set(['udta', 'meta', 'mvhd', 'free', 'skip', 'uuid', 'mehd']);

/** Compares two initialisations (`ftyp` and `moov`) by what decoding and timing hang on. Throws FormatError for what is none. */
export function sameInit(one: Buffer, other: Buffer): boolean {
  if (one.equals(other)) return true;
  const [left, right] = [essence(one), essence(other)];
  return left.length === right.length && left.every((part, index) => part === right[index]);
}

/** One text for each box that counts, in order. */
function essence(init: Buffer): string[] {
  const parts: string[] = [];
  describe(requiredBox(init, 'moov'), parts);
  return parts;
}

function describe(body: Buffer, parts: string[]): void {
  for (const box of boxesIn(body)) {
    if (irrelevant.has(box.type)) continue;
    if (containers.has(box.type)) {
      parts.push(`${box.type} {`);
      describe(box.body, parts);
      parts.push('}');
    } else parts.push(`${box.type} ${relevant(box).toString('hex')}`);
  }
}

function relevant({ type, body }: Box): Buffer {
  // Version, flags, then two dates, of 64 bits each in version 1 (8.3.2, 8.4.2).
  if (type === 'tkhd' || type === 'mdhd') return body.subarray(body[0] === 1 ? 20 : 12);
  return type === 'stsd' ? withoutRates(body) : body;
}

/** Sample descriptions without `btrt`, and with the rates in `esds` set to 0: they are measured, so that no two runs agree. */
function withoutRates(stsd: Buffer): Buffer {
  const bytes = Buffer.from(stsd);
  const rates = bytes.indexOf('btrt', 0, 'latin1');
  if (rates >= 0) bytes.fill(0, rates + 4, rates + 16);
  const esds = bytes.indexOf('esds', 0, 'latin1');
  const config = esds < 0 ? undefined : decoderConfig(bytes, esds + 8);
  // Type of object and of stream come first, then 24 bits of buffer and two rates.
  if (config !== undefined) bytes.fill(0, config + 2, config + 13);
  return bytes;
}

/** Where the body of DecoderConfigDescriptor begins (ISO/IEC 14496-1, 7.2.6.6), in the descriptor at `from`. */
function decoderConfig(bytes: Buffer, from: number): number | undefined {
  if (bytes[from] !== 3) return undefined;
  const stream = from + 1 + sizeLength(bytes, from + 1);
  // Flags: other streams, URLs. Nobody writes them, and without them what follows is at a known place.
  if (bytes[stream + 2] !== 0 || bytes[stream + 3] !== 4) return undefined;
  return stream + 4 + sizeLength(bytes, stream + 4);
}

/** How many bytes the size of a descriptor takes: each but the last has its highest bit set. */
function sizeLength(bytes: Buffer, from: number): number {
  let length = 1;
  while (length < 4 && ((bytes[from + length - 1] ?? 0) & 0x80) !== 0) length += 1;
  return length;
}
