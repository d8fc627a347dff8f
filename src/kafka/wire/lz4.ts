/** Expands LZ4 frames (LZ4 Frame Format Description 1.6, LZ4 Block Format Description). Checksums are left to Kafka's own. */
import { GrowingOutput } from './growing.ts';

const magic = 0x184d2204;
const uncompressedBlock = 0x8000_0000;

/** @throws RangeError when the bytes are no such frame, or expand beyond `cap` */
export function expandLz4(input: Buffer, cap: number): Buffer {
  if (input.readUInt32LE(0) !== magic) throw new RangeError('no LZ4 frame begins here');
  const flags = input.readUInt8(4);
  const hasContentSize = (flags & 0x08) !== 0;
  const hasDictionary = (flags & 0x01) !== 0;
  const blockChecksum = (flags & 0x10) === 0 ? 0 : 4;
  let at = 7 + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0);
  const output = new GrowingOutput(input.byteLength * 3, cap);
  for (;;) {
    const size = input.readUInt32LE(at);
    at += 4;
    if (size === 0) return output.bytes;
    const length = size % uncompressedBlock;
    if (length > input.byteLength - at) throw new RangeError('an LZ4 block is cut short');
    const block = input.subarray(at, at + length);
    if (size >= uncompressedBlock) output.append(block);
    else expandBlock(block, output);
    at += length + blockChecksum;
  }
}

/** A length of 15 goes on in further bytes, until one is not 255. */
function readLength(input: Buffer, at: number, start: number): readonly [length: number, at: number] {
  if (start < 15) return [start, at];
  let length = start;
  let next = at;
  for (let byte = 255; byte === 255; next += 1) {
    byte = input.readUInt8(next);
    length += byte;
  }
  return [length, next];
}

function expandBlock(input: Buffer, output: GrowingOutput): void {
  let at = 0;
  while (at < input.byteLength) {
    const token = input.readUInt8(at);
    const [literals, from] = readLength(input, at + 1, token >> 4);
    if (literals > input.byteLength - from) throw new RangeError('LZ4 literals are cut short');
    output.append(input.subarray(from, from + literals));
    at = from + literals;
    // The last sequence has literals only.
    if (at === input.byteLength) return;
    const distance = input.readUInt16LE(at);
    const [length, next] = readLength(input, at + 2, token & 15);
    output.repeat(distance, length + 4);
    at = next;
  }
}
