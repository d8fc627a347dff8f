/** A checksum as object stores write it. Pure. */
import { crc32c } from '@node-rs/crc32';

/** CRC32C of bytes: base64 of the four bytes, big-endian. */
export function crc32cText(bytes: Uint8Array): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32c(bytes) >>> 0);
  return checksum.toString('base64');
}
