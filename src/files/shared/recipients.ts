/** For whom files are encrypted: recipients of age, and a passphrase. Their keys are made, and kept, by the age tool. */
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigurationError, describeError } from '../../errors.ts';
import { sealedOverhead } from '../../records/seal-record.ts';
import type { WrappedKey } from '../../records/sealed-form.ts';

import { passphraseRecipient } from './passphrase.ts';

/** Bytes of a header. */
const wrappedLimit = 4096;
/** Nothing else begins like it. */
const secretKey = /^age-secret-key-/i;

export interface RecipientOptions {
  /** `age1...` */
  readonly encryptTo?: readonly string[];
  /** Files with a recipient on each line. */
  readonly encryptToFile?: readonly string[];
  /** A file whose first line is a passphrase. */
  readonly encryptPassphraseFile?: string;
}

/** A secret as age files, in base64: see {@link WrappedKey}. */
export interface Wrapped {
  readonly key: string;
  readonly lock?: string | undefined;
}

export class Recipients {
  readonly #wrap: (secret: Uint8Array) => Promise<Wrapped>;
  readonly #names: string;
  /** More bytes than its keys take beside a record. */
  overhead = 0;
  #next: Promise<WrappedKey> | undefined;
  #isBusy = false;

  private constructor(names: readonly string[], wrap: (secret: Uint8Array) => Promise<Wrapped>) {
    this.#names = [...names].sort().join(' ');
    this.#wrap = wrap;
  }

  /** Undefined where nobody is named. Throws ConfigurationError for what is no recipient. */
  static async open(options: RecipientOptions): Promise<Recipients | undefined> {
    const { encryptTo = [], encryptToFile = [], encryptPassphraseFile } = options;
    if (encryptTo.length + encryptToFile.length === 0 && encryptPassphraseFile === undefined)
      return undefined;
    const age = await import('age-encryption');
    const listed = await Promise.all(encryptToFile.map((file) => linesOf(file, '--encrypt-to-file')));
    const given = encryptTo.map((name) => name.trim());
    const names = [...given, ...listed.flat()];
    let lock: string | undefined;
    if (encryptPassphraseFile !== undefined) {
      // Of this run: one slow derivation opens all of it, and the passphrase's own is made once.
      const identity = await age.generateX25519Identity();
      names.push(await age.identityToRecipient(identity));
      const encrypter = new age.Encrypter();
      const passphrase = await passphraseOf(encryptPassphraseFile, '--encrypt-passphrase-file');
      encrypter.addRecipient(passphraseRecipient(age, passphrase));
      lock = base64(await encrypter.encrypt(`${identity}\n`));
    }
    if (names.length === 0)
      throw new ConfigurationError('--encrypt-to-file names nobody: its files are empty');
    const encrypter = new age.Encrypter();
    for (const name of new Set(names)) {
      try {
        encrypter.addRecipient(name);
      } catch (cause) {
        const file = encryptToFile[listed.findIndex((lines) => lines.includes(name))];
        throw notOfAge(name, given.includes(name) ? undefined : file, cause);
      }
    }
    const recipients = new Recipients(names, async (secret) => {
      const key = base64(await encrypter.encrypt(secret));
      return lock === undefined ? { key } : { key, lock };
    });
    const made = await recipients.#makeKey().catch((cause: unknown) => {
      throw new ConfigurationError(`--encrypt-to: ${describeError(cause)}`, { cause });
    });
    const { key } = made;
    recipients.overhead = sealedOverhead(made, '');
    if (key.length > wrappedLimit)
      throw new ConfigurationError(
        `${names.length} recipients are too many: a key for them takes ${key.length} bytes, and a record has room for ${wrappedLimit}`,
      );
    recipients.#next = Promise.resolve(made);
    return recipients;
  }

  /** A new key, of which nobody keeps the secret. Behind the first, one is made ahead. */
  async newKey(): Promise<WrappedKey> {
    const next = this.#next ?? this.#makeKey();
    this.#next = this.#isBusy ? this.#makeKey() : undefined;
    this.#isBusy = true;
    this.#next?.catch(() => {});
    return next;
  }

  /** Wraps a secret that is there already. */
  wrap(secret: Uint8Array): Promise<Wrapped> {
    return this.#wrap(secret);
  }

  /** 16 hexadecimal digits that tell, for one upload, whether it is for the same. */
  markOf(upload: string): string {
    return createHash('sha256').update(`${upload} ${this.#names}`).digest('hex').slice(0, 16);
  }

  async #makeKey(): Promise<WrappedKey> {
    const secret = randomBytes(32);
    return { secret, ...(await this.#wrap(secret)) };
  }
}

/** Without `file` it was a flag's. What stands in files is not shown: it may be another file than was meant, with secrets in it. */
function notOfAge(name: string, file: string | undefined, cause: unknown): ConfigurationError {
  const flag = file === undefined ? '--encrypt-to' : '--encrypt-to-file';
  const where = file === undefined ? '' : ` in ${file}`;
  if (secretKey.test(name)) {
    const message = `${flag}: a secret key was given as a recipient${where}: take the line "public key" of age-keygen`;
    return new ConfigurationError(message, { cause });
  }
  const what = file === undefined ? `"${name.slice(0, 80)}" is` : `a line${where} is`;
  return new ConfigurationError(`${flag}: ${what} no recipient of age (age1...)`, { cause });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** The lines of a file that are neither empty nor comments. Throws ConfigurationError. */
export async function linesOf(file: string, flag: string): Promise<string[]> {
  const lines = (await textOf(file, flag)).split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

/** The first line of a file. Throws ConfigurationError. */
export async function passphraseOf(file: string, flag: string): Promise<string> {
  const passphrase = (await textOf(file, flag)).split(/\r?\n/, 1)[0]!;
  if (passphrase === '') throw new ConfigurationError(`${flag}: the first line of ${file} is empty`);
  return passphrase;
}

async function textOf(file: string, flag: string): Promise<string> {
  if (secretKey.test(file))
    throw new ConfigurationError(`${flag}: a secret key was given in the place of the file that holds it`);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(`${flag}: ${describeError(cause)}`, { cause });
  }
}
