/** How an uploader encrypts: for whom, whether names too, and how content is made smaller before. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { ConfigurationError, describeError } from '../../errors.ts';
import type { Compression } from '../../kafka/contract.ts';
import { type CompressionPlan, compressionPlan } from '../../kafka/produce/compression-plan.ts';
import { looksCompressible } from '../../kafka/produce/look.ts';
import { NamesKey } from '../../records/names-key.ts';
import { type Coded, contentLimit } from '../../records/sealed-form.ts';
import { type RecipientOptions, Recipients } from './recipients.ts';

export interface EncryptionOptions extends RecipientOptions {
  /** The file that holds the key of names, made when it is missing: names, sizes and times are encrypted too. */
  readonly encryptNames?: string;
}

const compress = promisify(zstdCompress);
const usualLevel = 1;
/** What gains less is not worth being expanded by every reader. */
const leastGain = 16;

export class Encryption {
  readonly recipients: Recipients;
  readonly names: NamesKey | undefined;
  readonly #plan: CompressionPlan | undefined;

  constructor(recipients: Recipients, names: NamesKey | undefined, plan: CompressionPlan | undefined) {
    this.recipients = recipients;
    this.names = names;
    this.#plan = plan;
  }

  /** More bytes than encrypting adds to a pack, and to any record beside what it says of a path. */
  get packOverhead(): number {
    return this.recipients.overhead;
  }

  /** What stands on topics in the place of a path. */
  pathOf(uploader: string, path: string): string {
    return this.names?.pathOf(uploader, path) ?? path;
  }

  /** 16 hexadecimal digits that tell, for one upload, whether it is for the same readers, under the same name. */
  markOf(upload: string): string {
    return this.recipients.markOf(this.names === undefined ? upload : this.names.pathOf('', upload));
  }

  /** False for what is not to be made smaller, or does not look as if it could be: {@link code} need not be asked. */
  mayCode(content: readonly Uint8Array[]): boolean {
    if (this.#plan === undefined) return false;
    // Encrypted bytes cannot be made smaller any more, so that everybody who wants them small has zstd.
    return !this.#plan.looks || looksCompressible(content);
  }

  /** The content made smaller, where that gains something. */
  async code(content: readonly Uint8Array[]): Promise<Coded> {
    const bytes = content.length === 1 ? content[0]! : Buffer.concat(content);
    if (bytes.length > contentLimit) return undefined;
    const { codec, level = usualLevel } = this.#plan ?? {};
    const params = { [constants.ZSTD_c_compressionLevel]: codec === 'zstd' ? level : usualLevel };
    const coded = await compress(bytes, { params });
    return coded.length + bytes.length / leastGain < bytes.length ? coded : undefined;
  }
}

/** Undefined where nothing is to be encrypted. Throws ConfigurationError. */
export async function openEncryption(
  options: EncryptionOptions & { readonly compression: Compression; readonly compressionLevel?: number },
): Promise<Encryption | undefined> {
  const { encryptNames, compression, compressionLevel } = options;
  const recipients = await Recipients.open(options);
  if (recipients === undefined) {
    if (encryptNames === undefined) return undefined;
    throw new ConfigurationError(
      '--encrypt-names needs somebody who may read them: add --encrypt-to RECIPIENT',
    );
  }
  const names = encryptNames === undefined ? undefined : new NamesKey(await namesSecret(encryptNames));
  const level = compressionLevel === undefined ? {} : { compressionLevel };
  return new Encryption(recipients, names, compressionPlan({ compression, ...level }));
}

/** Reads a file with 64 hexadecimal digits, or makes it, for its owner alone. */
async function namesSecret(file: string): Promise<Uint8Array> {
  const made = randomBytes(32);
  const text = `# sluice: the key of names; whoever has it reads the names of files, and no contents\n${made.toString('hex')}\n`;
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    return made;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new ConfigurationError(`--encrypt-names: ${describeError(cause)}`, { cause });
  }
  return standingSecret(file);
}

/** The key of names in a file that is there. Throws ConfigurationError. */
export async function namesKeyOf(file: string): Promise<NamesKey> {
  return new NamesKey(await standingSecret(file));
}

async function standingSecret(file: string): Promise<Uint8Array> {
  const found = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ConfigurationError(`--encrypt-names: ${describeError(cause)}`, { cause });
  });
  const digits = /^[0-9a-f]{64}$/m.exec(found)?.[0];
  if (digits !== undefined) return Buffer.from(digits, 'hex');
  throw new ConfigurationError(`--encrypt-names: ${file} holds no key of names (64 hexadecimal digits)`);
}
