/** Expands LZ4 frames (LZ4 Frame Format Description 1.6, LZ4 Block Format Description). Checksums are left to Kafka's own. */
import type { Output } from './growing.ts';

const magic = 0x184d2204;
const uncompressedBlock = 0x8000_0000;

/** @throws RangeError when the bytes are no such frame, or are too much for the output */
export function expandLz4(input: Buffer, output: Output): void {
  if (input.readUInt32LE(0) !== magic) throw new RangeError('no LZ4 frame begins here');
  const flags = input.readUInt8(4);
  const hasContentSize = (flags & 0x08) !== 0;
  const hasDictionary = (flags & 0x01) !== 0;
  const blockChecksum = (flags & 0x10) === 0 ? 0 : 4;
  let at = 7 + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0);
  for (;;) {
    const size = input.readUInt32LE(at);
    at += 4;
    if (size === 0) return;
    const length = size % uncompressedBlock;
    if (length > input.byteLength - at) throw new RangeError('an LZ4 block is cut short');
    if (size >= uncompressedBlock) output.append(input, at, at + length);
    else expandBlock(input.subarray(at, at + length), output);
    at += length + blockChecksum;
  }
}

/** Reads a block from its beginning; beyond its end is a RangeError. */
class BlockReader {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    const value = this.#bytes[this.at];
    if (value === undefined) throw new RangeError('an LZ4 sequence is cut short');
    this.at += 1;
    return value;
  }

  /** A length of 15 goes on in further bytes, until one is not 255. */
  length(start: number): number {
    let length = start;
    if (start < 15) return length;
    for (let byte = 255; byte === 255; ) {
      byte = this.byte();
      length += byte;
    }
    return length;
  }
}

function expandBlock(input: Buffer, output: Output): void {
  const reader = new BlockReader(input);
  while (reader.at < input.byteLength) {
    const token = reader.byte();
    const literals = reader.length(token >> 4);
    if (literals > input.byteLength - reader.at) throw new RangeError('LZ4 literals are cut short');
    output.append(input, reader.at, reader.at + literals);
    reader.at += literals;
    // The last sequence has literals only.
    if (reader.at === input.byteLength) return;
    const distance = reader.byte() + reader.byte() * 0x100;
    output.repeat(distance, reader.length(token & 15) + 4);
  }
}
