/** A sender's keys, and its payloads decrypted with them (draft-sharabayko-srt, 6). */
import { createCipheriv, createDecipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyMessage } from './key-message.ts';

const derive = promisify(pbkdf2);
/** Initial value of RFC 3394, 2.2.3.1. */
const wrapStart = Buffer.alloc(8, 0xa6);

interface PayloadKey {
  readonly key: Buffer;
  readonly salt: Buffer;
}

/** The even and the odd key, as far as the sender has told them. */
export interface PayloadKeys {
  readonly even?: PayloadKey;
  readonly odd?: PayloadKey;
}

/** The keys of a message, opened with the passphrase; undefined where it is another one. */
export async function openKeys(message: KeyMessage, passphrase: string): Promise<PayloadKeys | undefined> {
  const { keyLength, keys, salt, wrapped } = message;
  const outer = await derive(passphrase, salt.subarray(8), 2048, keyLength, 'sha1');
  const bytes = unwrap(outer, wrapped);
  if (bytes === undefined) return undefined;
  const first = { key: bytes.subarray(0, keyLength), salt: Buffer.from(salt) };
  if (keys !== 'both') return { [keys]: first };
  return { even: first, odd: { key: bytes.subarray(keyLength), salt: first.salt } };
}

function unwrap(outer: Buffer, wrapped: Buffer): Buffer | undefined {
  const opener = createDecipheriv(`id-aes${outer.length * 8}-wrap`, outer, wrapStart);
  try {
    return Buffer.concat([opener.update(wrapped), opener.final()]);
  } catch {
    return undefined;
  }
}

/** Keys wrapped as a sender does it, for tests and as the counterpart of `openKeys`. */
export async function wrapKeys(
  keys: Buffer,
  salt: Buffer,
  passphrase: string,
  keyLength: number,
): Promise<Buffer> {
  const outer = await derive(passphrase, salt.subarray(8), 2048, keyLength, 'sha1');
  const closer = createCipheriv(`id-aes${keyLength * 8}-wrap`, outer, wrapStart);
  return Buffer.concat([closer.update(keys), closer.final()]);
}

/** The payload of one packet in the clear; undefined where it has no key of these, or is not encrypted though all must be. */
export function decryptPayload(
  keys: PayloadKeys,
  which: 'none' | 'even' | 'odd' | 'both',
  sequence: number,
  payload: Buffer,
): Buffer | undefined {
  const found = which === 'even' || which === 'odd' ? keys[which] : undefined;
  if (found === undefined) return undefined;
  const decipher = createDecipheriv(
    `aes-${found.key.length * 8}-ctr`,
    found.key,
    counterOf(found.salt, sequence),
  );
  return decipher.update(payload);
}

/** The counter of a packet's first block: the salt's first 112 bits, the sequence number over the last 32 of them, then zeros. */
function counterOf(salt: Buffer, sequence: number): Buffer {
  const counter = Buffer.alloc(16);
  salt.copy(counter, 0, 0, 14);
  counter.writeUInt32BE((counter.readUInt32BE(10) ^ sequence) >>> 0, 10);
  return counter;
}
