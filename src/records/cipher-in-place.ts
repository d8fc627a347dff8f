/**
 * node:crypto makes memory for everything that it encrypts. Left to the collector, which knows of it nothing but the sum, that makes it run
 * all the time; so what was made is copied back piece by piece, while the processor has it at hand, and given back at once.
 */
import type { Cipheriv, Decipheriv } from 'node:crypto';

/** Bytes of a piece: few calls, and less than the processor's cache. */
const piece = 256 * 1024;

/** Encrypts or decrypts bytes where they are, by a cipher that makes neither more of them nor fewer. */
export function cipherInPlace(cipher: Cipheriv | Decipheriv, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += piece) {
    const made = cipher.update(bytes.subarray(at, at + piece));
    bytes.set(made, at);
    // Small ones may share their memory with others.
    if (made.buffer instanceof ArrayBuffer && made.buffer.byteLength > Buffer.poolSize)
      made.buffer.transfer(0);
  }
}
