/**
 * age's way with a passphrase (the stanza `scrypt` of age-encryption.org/v1), by Node's own scrypt: the package's own holds the whole
 * process up for seconds.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Identity, Recipient, Stanza } from 'age-encryption';

type Age = typeof import('age-encryption');

const derive = promisify<string, Uint8Array, number, object, Buffer>(scrypt);
const label = 'age-encryption.org/v1/scrypt';
/** 2^18 rounds: a second, and 256 MiB; of others' we take four times as much, as age itself does. */
const usualWork = 18;
const mostWork = 20;
const tagBytes = 16;
const fileKeyBytes = 16;
const nonce = new Uint8Array(12);

async function keyOf(passphrase: string, salt: Uint8Array, work: number): Promise<Buffer> {
  const cost = { N: 2 ** work, r: 8, p: 1, maxmem: 2 ** (work + 11) };
  return derive(passphrase, Buffer.concat([Buffer.from(label), salt]), 32, cost);
}

/** Encrypts to a passphrase. */
export function passphraseRecipient(age: Age, passphrase: string): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const salt = randomBytes(16);
      const key = await keyOf(passphrase, salt, usualWork);
      const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [
        new age.Stanza(['scrypt', salt.toString('base64').replaceAll('=', ''), String(usualWork)], body),
      ];
    },
  };
}

/** Opens what was encrypted to a passphrase. */
export function passphraseIdentity(passphrase: string): Identity {
  return {
    async unwrapFileKey([stanza, ...others]: Stanza[]) {
      const [type, salt = '', work = ''] = stanza?.args ?? [];
      if (stanza === undefined || others.length > 0 || type !== 'scrypt') return null;
      const rounds = /^[1-9][0-9]?$/.test(work) ? Number(work) : mostWork + 1;
      if (rounds > mostWork || stanza.body.length !== fileKeyBytes + tagBytes) return null;
      const key = await keyOf(passphrase, Buffer.from(salt, 'base64'), rounds);
      const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes });
      decipher.setAuthTag(stanza.body.subarray(fileKeyBytes));
      try {
        return Buffer.concat([decipher.update(stanza.body.subarray(0, fileKeyBytes)), decipher.final()]);
      } catch {
        return null;
      }
    },
  };
}
