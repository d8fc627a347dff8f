/** What encrypted records are opened with: identities of age, and a passphrase. Without any, nothing is. */
import { createHash, scryptSync } from 'node:crypto';
import { ConfigurationError, FormatError } from '../../errors.ts';
import type { FileRecord } from '../../records/file-record.ts';
import { NamesKey } from '../../records/names-key.ts';
import { openSealed } from '../../records/open-sealed.ts';
import type { SealedRecord } from '../../records/sealed-form.ts';
import { passphraseIdentity } from './passphrase.ts';
import { linesOf, passphraseOf, type Wrapped } from './recipients.ts';

/** Keys that are kept, with those that cannot be had: each is of one upload or pack. */
const keptKeys = 1000;
/** Identities that a passphrase has opened: each took a second. */
const keptLocks = 100;
const noneMatched = 'no identity matched';

export interface KeyringOptions {
  /** Files as `age-keygen` writes them. */
  readonly identity?: readonly string[];
  /** A file whose first line is a passphrase. */
  readonly passphraseFile?: string;
}

type Age = typeof import('age-encryption');

export class Keyring {
  readonly #age: Age | undefined;
  readonly #identities: readonly string[];
  readonly #passphrase: string | undefined;
  /** By what stands beside a record. Undefined: none of ours opens it. */
  readonly #keys = new Map<string, Uint8Array | undefined>();
  readonly #locks = new Map<string, Promise<string | undefined>>();
  /** Tells this one's identities from others, and what was tried in vain from what was not. */
  readonly mark: string;

  private constructor(age: Age | undefined, identities: readonly string[], passphrase: string | undefined) {
    this.#age = age;
    this.#identities = identities;
    this.#passphrase = passphrase;
    // What lies in a sink is not to help anybody to guess a passphrase.
    const guarded = passphrase === undefined ? '' : scryptSync(passphrase, 'sluice mark', 16).toString('hex');
    const all = [...identities, guarded].sort().join(' ');
    this.mark = this.isEmpty ? 'none' : createHash('sha256').update(all).digest('hex').slice(0, 32);
  }

  /** One without keys. */
  static readonly empty: Keyring = new Keyring(undefined, [], undefined);

  /** Throws ConfigurationError for what is no identity of age. */
  static async open({ identity = [], passphraseFile }: KeyringOptions): Promise<Keyring> {
    if (identity.length === 0 && passphraseFile === undefined) return Keyring.empty;
    const age = await import('age-encryption');
    const identities: string[] = [];
    for (const file of identity) {
      const lines = await linesOf(file, '--identity');
      if (lines.length === 0) throw new ConfigurationError(`--identity: ${file} holds no identity`);
      for (const line of lines) {
        try {
          new age.Decrypter().addIdentity(line);
          await age.identityToRecipient(line);
        } catch (cause) {
          const message = `--identity: ${file} has a line that is no identity of age (AGE-SECRET-KEY-...)`;
          throw new ConfigurationError(message, { cause });
        }
        identities.push(line);
      }
    }
    const passphrase =
      passphraseFile === undefined ? undefined : await passphraseOf(passphraseFile, '--passphrase-file');
    return new Keyring(age, identities, passphrase);
  }

  get isEmpty(): boolean {
    return this.#identities.length === 0 && this.#passphrase === undefined;
  }

  /** Why a record stays shut, as the end of a sentence. */
  get whyLocked(): string {
    return this.isEmpty
      ? 'no key was given: add --identity FILE, or --passphrase-file FILE'
      : 'none of the keys that were given opens it: add the --identity that it was encrypted to, or its --passphrase-file';
  }

  /**
   * What a record says; undefined: no key of ours opens it. At once, where its key is known already. Throws (or rejects with) FormatError
   * for what was changed.
   */
  open(record: SealedRecord): FileRecord | undefined | Promise<FileRecord | undefined> {
    if (this.isEmpty) return undefined;
    const beside = besideOf(record);
    if (!this.#keys.has(beside))
      return this.#unwrapped(record).then((secret) => secret && openSealed(record, secret));
    const secret = this.#keys.get(beside);
    return secret && openSealed(record, secret);
  }

  /** The secret of age files that stand beside a record. Undefined: no key of ours opens it. */
  async unwrap({ key, lock }: Wrapped): Promise<Uint8Array | undefined> {
    if (this.#age === undefined) return undefined;
    const decrypter = new this.#age.Decrypter();
    for (const identity of this.#identities) decrypter.addIdentity(identity);
    const locked =
      lock === undefined || this.#passphrase === undefined ? undefined : await this.#unlock(lock);
    if (locked !== undefined) decrypter.addIdentity(locked);
    if (locked === undefined && this.#identities.length === 0) return undefined;
    try {
      const secret = await decrypter.decrypt(Buffer.from(key, 'base64'));
      if (secret.length !== 32) throw new Error(`it has ${secret.length} bytes`);
      return secret;
    } catch (cause) {
      if (cause instanceof Error && cause.message.startsWith(noneMatched)) return undefined;
      throw new FormatError('it is encrypted, and its key is damaged', { cause });
    }
  }

  /** The key of an uploader's names. */
  async names(wrapped: Wrapped): Promise<NamesKey | undefined> {
    const secret = await this.unwrap(wrapped);
    return secret && new NamesKey(secret);
  }

  async #unwrapped(record: SealedRecord): Promise<Uint8Array | undefined> {
    const secret = await this.unwrap(record);
    if (this.#keys.size >= keptKeys) this.#keys.delete(this.#keys.keys().next().value!);
    this.#keys.set(besideOf(record), secret);
    return secret;
  }

  #unlock(lock: string): Promise<string | undefined> {
    const known = this.#locks.get(lock);
    if (known !== undefined) return known;
    if (this.#locks.size >= keptLocks) this.#locks.delete(this.#locks.keys().next().value!);
    const decrypter = new this.#age!.Decrypter();
    decrypter.addIdentity(passphraseIdentity(this.#passphrase!));
    // Whatever is wrong with it, it opens nothing.
    const opened = decrypter.decrypt(Buffer.from(lock, 'base64'), 'text').then(
      (text) => (/^AGE-SECRET-KEY-1[A-Z0-9]+\n$/.test(text) ? text.trim() : undefined),
      () => undefined,
    );
    this.#locks.set(lock, opened);
    return opened;
  }
}

/** Without its own lock, or with one that somebody made, a key may stay shut that opens elsewhere. */
function besideOf({ key, lock }: Wrapped): string {
  return lock === undefined ? key : `${key} ${lock}`;
}
