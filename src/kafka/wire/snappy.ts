/** Expands Snappy (Snappy compressed format description), bare or in the blocks that Java's clients write (xerial). */
import { type Output, OutputLimitError } from './growing.ts';

const xerialMagic = Buffer.from('\x82SNAPPY\0', 'latin1');
/** Magic, version, lowest compatible version. */
const xerialHeaderBytes = 16;

/** @throws RangeError when the bytes are no Snappy, or are too much for the output */
export function expandSnappy(input: Buffer, output: Output): void {
  if (!input.subarray(0, xerialMagic.byteLength).equals(xerialMagic)) {
    expandBlock(input, output);
    return;
  }
  for (let at = xerialHeaderBytes; at < input.byteLength; ) {
    const length = input.readUInt32BE(at);
    at += 4;
    if (length > input.byteLength - at) throw new RangeError('a Snappy block is cut short');
    expandBlock(input.subarray(at, at + length), output);
    at += length;
  }
}

function expandBlock(input: Buffer, output: Output): void {
  const begin = output.length;
  let [claimed, at] = readUvarint(input);
  // Believed only to this end: it has to come true in any case.
  if (claimed > output.room) throw new OutputLimitError(`a Snappy block claims ${claimed} bytes`);
  while (at < input.byteLength) {
    const tag = input.readUInt8(at);
    at += 1;
    const kind = tag & 3;
    const high = tag >> 2;
    if (kind === 0) {
      // Up to 60 the tag holds the length less one; above, it says in how many bytes that follows.
      const lengthBytes = Math.max(0, high - 59);
      const length = (lengthBytes === 0 ? high : input.readUIntLE(at, lengthBytes)) + 1;
      at += lengthBytes;
      if (length > input.byteLength - at) throw new RangeError('a Snappy literal is cut short');
      output.append(input, at, at + length);
      at += length;
    } else if (kind === 1) {
      output.repeat((tag >> 5) * 256 + input.readUInt8(at), (high & 7) + 4);
      at += 1;
    } else {
      const distanceBytes = kind === 2 ? 2 : 4;
      output.repeat(input.readUIntLE(at, distanceBytes), high + 1);
      at += distanceBytes;
    }
  }
  if (output.length - begin !== claimed)
    throw new RangeError(`a Snappy block expands to another size than ${claimed}`);
}

function readUvarint(input: Buffer): [value: number, bytes: number] {
  let value = 0;
  for (let at = 0; at < 5; at += 1) {
    const byte = input.readUInt8(at);
    value += (byte & 0x7f) * 0x80 ** at;
    if (byte < 0x80) return [value, at + 1];
  }
  throw new RangeError('a Snappy length has more than 5 bytes');
}
