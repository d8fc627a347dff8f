/**
 * CRC-64/NVME (NVM Express NVM Command Set Specification 1.0, section 5.2.1.3.4): reflected polynomial
 * 0x9A6C9329AC4BC9B5, initial value and final XOR all ones. It is what S3 calls `CRC64NVME`.
 *
 * JavaScript has no fast 64-bit integers, WebAssembly has: the loop is a few dozen instructions, written down here.
 */
import { crcLoop } from './crc64nvme-loop.ts';

const polynomial = 0x9a6c_9329_ac4b_c9b5n;
/** Sixteen tables of 256 remainders each, eight bytes a remainder; then the bytes to take. */
const tableBytes = 16 * 256 * 8;
const stagingBytes = 64 * 1024;
const ones = 0xffff_ffff_ffff_ffffn;

interface Machine {
  readonly loop: ReturnType<typeof crcLoop>['loop'];
  /** Where the loop reads, behind its tables. */
  readonly staging: Uint8Array;
}

/** Made for the first bytes: nearly every program loads this module, and few of them this checksum. */
let machine: Machine | undefined;

function makeMachine(): Machine {
  const { memory, loop } = crcLoop(Math.ceil((tableBytes + stagingBytes) / 65_536));
  writeTables(new BigUint64Array(memory, 0, 16 * 256));
  return { loop, staging: new Uint8Array(memory, tableBytes, stagingBytes) };
}

/** Table k holds each byte's remainder when k zero bytes follow it. */
function writeTables(tables: BigUint64Array): void {
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
    tables[byte] = crc;
  }
  for (let index = 256; index < tables.length; index++) {
    const previous = tables[index - 256]!;
    tables[index] = (previous >> 8n) ^ tables[Number(previous & 0xffn)]!;
  }
}

/** A hasher of `checksum.ts`, which takes its own from here. */
export class Crc64Nvme {
  #crc = ones;

  update(bytes: Uint8Array): void {
    machine ??= makeMachine();
    const { loop, staging } = machine;
    for (let at = 0; at < bytes.length; at += stagingBytes) {
      const part = bytes.subarray(at, at + stagingBytes);
      // A copy, but into memory that stays in the processor's cache: it costs a twentieth of the CRC.
      staging.set(part);
      this.#crc = loop(this.#crc, tableBytes, tableBytes + part.length);
    }
  }

  digest(): string {
    return `crc64nvme:${(BigInt.asUintN(64, this.#crc) ^ ones).toString(16).padStart(16, '0')}`;
  }
}
