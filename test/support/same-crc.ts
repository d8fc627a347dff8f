/** Two files of one CRC: it is linear, so 64 bits anywhere in a file make it whatever one wishes. */
import { digestOf } from '../../src/records/checksum.ts';

const bits = 64;

/** `bytes` with other 8 bytes at `at`, so that it has the CRC64-NVME of `other`. */
export function withCrcOf(other: Uint8Array, bytes: Uint8Array, at: number): Buffer {
  const made = Buffer.from(bytes).fill(0, at, at + 8);
  const flip = (bit: number): void => {
    const place = at + (bit >> 3);
    made[place] = made[place]! ^ (1 << (bit & 7));
  };
  const begin = crcOf(made);
  /** Leading bit of a difference -> that difference, and which bits make it. */
  const known = new Map<number, readonly [difference: bigint, by: bigint]>();
  const reduced = (difference: bigint, by: bigint): readonly [bigint, bigint] => {
    for (let [left, of] = [difference, by]; ; ) {
      const one = known.get(left.toString(2).length);
      if (left === 0n || one === undefined) return [left, of];
      [left, of] = [left ^ one[0], of ^ one[1]];
    }
  };
  for (let bit = 0; bit < bits; bit++) {
    flip(bit);
    const [left, by] = reduced(crcOf(made) ^ begin, 1n << BigInt(bit));
    flip(bit);
    if (left !== 0n) known.set(left.toString(2).length, [left, by]);
  }
  const [, by] = reduced(crcOf(other) ^ begin, 0n);
  for (let bit = 0; bit < bits; bit++) if ((by >> BigInt(bit)) & 1n) flip(bit);
  return made;
}

function crcOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${digestOf('crc64nvme', bytes).slice('crc64nvme:'.length)}`);
}
