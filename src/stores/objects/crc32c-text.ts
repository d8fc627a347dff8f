/** A checksum as object stores write it. Pure. */
import { crc32c } from '@node-rs/crc32';

/** CRC32C of bytes: base64 of the four bytes, big-endian. */
export function crc32cText(bytes: Uint8Array): string {
  return checksumText(crc32c(bytes));
}

/** The same of a checksum that was reckoned elsewhere. */
export function checksumText(value: number): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(value >>> 0);
  return checksum.toString('base64');
}
