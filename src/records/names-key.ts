/**
 * The key of names (FORMAT.md, "Encrypted names"): it makes of a path what stands in its place, always the same, and hides what an
 * uploader remembers of a file. Whoever has it reads names, sizes and times, and no content.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const tagBytes = 16;
const saltBytes = 16;
/** Each text has a key of its own. */
const nonce = new Uint8Array(12);

export class NamesKey {
  /** 32 bytes. */
  readonly secret: Uint8Array;

  constructor(secret: Uint8Array) {
    this.secret = secret;
  }

  /** 64 hexadecimal digits that stand for a path of an uploader. */
  pathOf(uploader: string, path: string): string {
    return createHmac('sha256', this.secret).update(`path\0${uploader}\0${path}`).digest('hex');
  }

  /** A text in base64, for the place that `bound` names and no other. */
  hide(bound: string, text: string): string {
    const salt = randomBytes(saltBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(salt), nonce);
    cipher.setAAD(Buffer.from(bound));
    return Buffer.concat([salt, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64');
  }

  /** Undefined for what this key does not open, or was hidden in another place. */
  show(bound: string, hidden: string): string | undefined {
    const bytes = Buffer.from(hidden, 'base64');
    if (bytes.length < saltBytes + tagBytes) return undefined;
    const key = this.#keyOf(bytes.subarray(0, saltBytes));
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(bound));
    decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
    try {
      const text = decipher.update(bytes.subarray(saltBytes, bytes.length - tagBytes));
      decipher.final();
      return text.toString();
    } catch {
      return undefined;
    }
  }

  #keyOf(salt: Uint8Array): Uint8Array {
    return createHmac('sha256', this.secret).update('state\0').update(salt).digest();
  }
}
