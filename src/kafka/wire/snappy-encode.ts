/** Writes Snappy (Snappy compressed format description) in the blocks of Java's clients (xerial): every Kafka client reads those. */
import { BoundedOutput } from './bounded-output.ts';
import { blockBytes, MatchFinder } from './matches.ts';

/** Magic, version, lowest compatible version. */
const streamHead = Buffer.from('\x82SNAPPY\0\0\0\0\x01\0\0\0\x01', 'latin1');
const longestCopy = 64;

const finder = new MatchFinder();

/** The stream, where it is smaller than `input`; undefined where it is not. */
export function encodeSnappy(input: Uint8Array): Uint8Array | undefined {
  const output = new BoundedOutput(Math.max(0, input.byteLength - 1));
  if (!output.hasRoom(streamHead.byteLength)) return undefined;
  output.append(streamHead, 0, streamHead.byteLength);
  for (let at = 0; at < input.byteLength; at += blockBytes) {
    const block = input.subarray(at, at + blockBytes);
    // Four bytes of the block's length, and at most three of what it expands to.
    if (!output.hasRoom(7)) return undefined;
    const sizeAt = output.length;
    output.skip(4);
    if (!encodeBlock(block, output)) return undefined;
    output.uint32BE(output.length - sizeAt - 4, sizeAt);
  }
  return output.bytes;
}

/** False when there was no room. A block that does not shrink costs a few bytes more than it has. */
function encodeBlock(block: Uint8Array, output: BoundedOutput): boolean {
  writeUvarint(output, block.byteLength);
  let hadRoom = true;
  const anchor = finder.find(block, (from, to, distance, length) => {
    hadRoom &&= output.hasRoom(to - from + 3 + 3 * Math.ceil((length + 4) / longestCopy));
    if (!hadRoom) return;
    writeLiterals(output, block, from, to);
    writeCopy(output, distance, length);
  });
  if (!hadRoom || !output.hasRoom(block.byteLength - anchor + 3)) return false;
  writeLiterals(output, block, anchor, block.byteLength);
  return true;
}

function writeUvarint(output: BoundedOutput, value: number): void {
  let rest = value;
  for (; rest > 0x7f; rest >>= 7) output.octet((rest & 0x7f) | 0x80);
  output.octet(rest);
}

function writeLiterals(output: BoundedOutput, block: Uint8Array, from: number, to: number): void {
  const less = to - from - 1;
  if (less < 0) return;
  if (less < 60) output.octet(less << 2);
  else if (less < 0x100) {
    output.octet(60 << 2);
    output.octet(less);
  } else {
    output.octet(61 << 2);
    output.octet(less & 0xff);
    output.octet(less >> 8);
  }
  output.append(block, from, to);
}

function writeCopy(output: BoundedOutput, distance: number, length: number): void {
  let rest = length;
  // What is left over is never less than 4, which the short form wants.
  while (rest > longestCopy) {
    const part = rest >= longestCopy + 4 ? longestCopy : longestCopy - 4;
    farCopy(output, distance, part);
    rest -= part;
  }
  if (rest > 11 || distance >= 2048) farCopy(output, distance, rest);
  else {
    output.octet(((distance >> 8) << 5) | ((rest - 4) << 2) | 1);
    output.octet(distance & 0xff);
  }
}

function farCopy(output: BoundedOutput, distance: number, length: number): void {
  output.octet(((length - 1) << 2) | 2);
  output.octet(distance & 0xff);
  output.octet(distance >> 8);
}
