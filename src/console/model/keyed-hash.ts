/**
 * A hash of names that nobody outside can foresee: HalfSipHash-1-3 (Aumasson, Bernstein: SipHash, 2012) with a key of this process. Of one
 * that everybody can compute, names are soon made that all have the same, and finding one of them means looking at all.
 */
import { randomBytes } from 'node:crypto';

export interface HashKey {
  readonly first: number;
  readonly second: number;
}

export function randomHashKey(): HashKey {
  const bytes = randomBytes(8);
  return { first: bytes.readInt32LE(0), second: bytes.readInt32LE(4) };
}

/** 32 bits, without a sign. */
export function keyedHash(bytes: Uint8Array, { first, second }: HashKey): number {
  let [a, b, c, d] = [first, second, first ^ 0x6c796765, second ^ 0x74656462];
  const { length } = bytes;
  const words = length >>> 2;
  // The last word has the length and what is left; behind it three rounds follow without one.
  for (let index = 0; index <= words + 3; index++) {
    let word = 0;
    if (index < words) {
      const at = index * 4;
      word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    } else if (index === words) {
      word = length << 24;
      for (let at = words * 4; at < length; at++) word |= bytes[at]! << (8 * (at & 3));
    } else if (index === words + 1) c ^= 0xff;
    d ^= word;
    a = (a + b) | 0;
    b = ((b << 5) | (b >>> 27)) ^ a;
    a = (a << 16) | (a >>> 16);
    c = (c + d) | 0;
    d = ((d << 8) | (d >>> 24)) ^ c;
    a = (a + d) | 0;
    d = ((d << 7) | (d >>> 25)) ^ a;
    c = (c + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ c;
    c = (c << 16) | (c >>> 16);
    a ^= word;
  }
  return (b ^ d) >>> 0;
}
