/** Bytes for tests, and their digest. */
import { createHash, randomBytes } from 'node:crypto';

/** Bytes that nothing compresses, and no other call returns. */
export function noise(length: number): Buffer {
  return randomBytes(length);
}

/** In hex, as `sha256sum` prints it: what uploaders say of a file, unless told otherwise. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** In hex, as `md5sum` prints it. */
export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}
