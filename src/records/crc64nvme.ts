/**
 * CRC-64/NVME (NVM Express NVM Command Set Specification 1.0, section 5.2.1.3.4): reflected polynomial
 * 0x9A6C9329AC4BC9B5, initial value and final XOR all ones. It is what S3 calls `CRC64NVME`.
 *
 * JavaScript has no fast 64-bit integers, so each CRC is two 32-bit halves; eight tables take eight bytes a step.
 */
import type { Hasher } from './checksum.ts';

const polynomial = 0x9a6c_9329_ac4b_c9b5n;

/** tables[k * 512 + 2 * byte] is the low half of byte's remainder followed by k zero bytes, and + 1 its high half. */
const tables = buildTables();

function buildTables(): Int32Array {
  const remainder = new BigUint64Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
    remainder[byte] = crc;
  }
  for (let k = 1; k < 8; k++) {
    for (let byte = 0; byte < 256; byte++) {
      const previous = remainder[(k - 1) * 256 + byte]!;
      remainder[k * 256 + byte] = (previous >> 8n) ^ remainder[Number(previous & 0xffn)]!;
    }
  }
  const halves = new Int32Array(remainder.length * 2);
  remainder.forEach((crc, index) => {
    halves[2 * index] = Number(BigInt.asIntN(32, crc));
    halves[2 * index + 1] = Number(BigInt.asIntN(32, crc >> 32n));
  });
  return halves;
}

export class Crc64Nvme implements Hasher {
  #low = -1;
  #high = -1;

  update(bytes: Uint8Array): void {
    const t = tables;
    let low = this.#low;
    let high = this.#high;
    let at = 0;
    const eights = bytes.length - (bytes.length % 8);
    for (; at < eights; at += 8) {
      const a = low ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
      const b =
        high ^ (bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24));
      const i0 = 3584 + ((a & 255) << 1);
      const i1 = 3072 + (((a >>> 8) & 255) << 1);
      const i2 = 2560 + (((a >>> 16) & 255) << 1);
      const i3 = 2048 + ((a >>> 24) << 1);
      const i4 = 1536 + ((b & 255) << 1);
      const i5 = 1024 + (((b >>> 8) & 255) << 1);
      const i6 = 512 + (((b >>> 16) & 255) << 1);
      const i7 = (b >>> 24) << 1;
      low = t[i0]! ^ t[i1]! ^ t[i2]! ^ t[i3]! ^ t[i4]! ^ t[i5]! ^ t[i6]! ^ t[i7]!;
      high =
        t[i0 + 1]! ^ t[i1 + 1]! ^ t[i2 + 1]! ^ t[i3 + 1]! ^ t[i4 + 1]! ^ t[i5 + 1]! ^ t[i6 + 1]! ^ t[i7 + 1]!;
    }
    for (; at < bytes.length; at++) {
      const index = ((low ^ bytes[at]!) & 255) << 1;
      low = ((low >>> 8) | (high << 24)) ^ t[index]!;
      high = (high >>> 8) ^ t[index + 1]!;
    }
    this.#low = low;
    this.#high = high;
  }

  digest(): string {
    return `crc64nvme:${hex(~this.#high)}${hex(~this.#low)}`;
  }
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, '0');
}
