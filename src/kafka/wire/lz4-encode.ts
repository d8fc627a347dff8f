/**
 * Writes LZ4 frames (LZ4 Frame Format Description 1.6, LZ4 Block Format Description) of independent blocks of 64 KiB, as
 * Java's producers do: every Kafka client reads those.
 */
import { BoundedOutput } from './bounded-output.ts';
import { blockBytes, MatchFinder } from './matches.ts';

/** Magic; version 1 with independent blocks and no checksums; blocks of at most 64 KiB; the header's checksum. */
const frameHead = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82);
const endMark = 4;
const isStored = 0x8000_0000;

const finder = new MatchFinder();

/** The frame, where it is smaller than `input`; undefined where it is not. */
export function encodeLz4(input: Uint8Array): Uint8Array | undefined {
  const output = new BoundedOutput(Math.max(0, input.byteLength - 1));
  if (!output.hasRoom(frameHead.byteLength + endMark)) return undefined;
  output.append(frameHead, 0, frameHead.byteLength);
  for (let at = 0; at < input.byteLength; at += blockBytes) {
    const block = input.subarray(at, at + blockBytes);
    // The worst block is one that is stored, or found out to be none before more than that has been written.
    if (!output.hasRoom(4)) return undefined;
    const sizeAt = output.length;
    output.skip(4);
    const size = encodeBlock(block, output);
    if (size === undefined || size >= block.byteLength) {
      output.rewind(sizeAt + 4);
      if (!output.hasRoom(block.byteLength)) return undefined;
      output.append(block, 0, block.byteLength);
      output.uint32LE(isStored + block.byteLength, sizeAt);
    } else output.uint32LE(size, sizeAt);
  }
  if (!output.hasRoom(endMark)) return undefined;
  output.skip(endMark);
  output.uint32LE(0, output.length - endMark);
  return output.bytes;
}

/** Gives the bytes written; undefined when there was no room. */
function encodeBlock(block: Uint8Array, output: BoundedOutput): number | undefined {
  const begin = output.length;
  let hadRoom = true;
  const anchor = finder.find(block, (from, to, distance, length) => {
    hadRoom &&= output.hasRoom(most(to - from) + 2 + lengthBytes(length));
    if (!hadRoom) return;
    const literals = to - from;
    const extra = length - 4;
    output.octet((Math.min(literals, 15) << 4) | Math.min(extra, 15));
    writeRest(output, literals);
    output.append(block, from, to);
    output.octet(distance & 0xff);
    output.octet(distance >> 8);
    writeRest(output, extra);
  });
  const literals = block.byteLength - anchor;
  if (!hadRoom || !output.hasRoom(most(literals))) return undefined;
  output.octet(Math.min(literals, 15) << 4);
  writeRest(output, literals);
  output.append(block, anchor, block.byteLength);
  return output.length - begin;
}

/** The most that a length takes behind its token. */
function lengthBytes(length: number): number {
  return 1 + Math.floor(length / 255);
}

/** The most that literals take, their token included. */
function most(literals: number): number {
  return 1 + lengthBytes(literals) + literals;
}

/** What of a length does not fit the token's four bits. */
function writeRest(output: BoundedOutput, length: number): void {
  if (length < 15) return;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) output.octet(255);
  output.octet(rest);
}
