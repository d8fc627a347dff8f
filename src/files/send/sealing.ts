/** The records of one upload, in clear or encrypted. */

import { largestValue } from '../../kafka/batch.ts';
import type { NewRecord } from '../../kafka/contract.ts';
import { type Chunk, type Close, chunkHeaders, encodeChunk, encodeClose } from '../../records/file-record.ts';
import { keyedDigest } from '../../records/keyed-digest.ts';
import { sealChunk, sealClose, sealedOverhead } from '../../records/seal-record.ts';
import type { WrappedKey } from '../../records/sealed-form.ts';
import { homeHeader } from '../../records/stripes.ts';
import type { Encryption } from '../shared/encryption.ts';

/** How one upload's records are written, by one run. */
export class Sealing {
  readonly #encryption: Encryption | undefined;
  readonly #key: WrappedKey | undefined;

  private constructor(encryption: Encryption | undefined, key: WrappedKey | undefined) {
    this.#encryption = encryption;
    this.#key = key;
  }

  static readonly none: Sealing = new Sealing(undefined, undefined);

  /** A key of its own: each seals a chunk of one offset once. */
  static async with(encryption: Encryption): Promise<Sealing> {
    return new Sealing(encryption, await encryption.recipients.newKey());
  }

  /** The largest chunk in a batch of `limit` bytes. */
  largestChunk(limit: number, chunk: Omit<Chunk, 'kind' | 'bytes'>): number {
    const { checksum, size, home } = chunk;
    const headers = [...chunkHeaders(chunk, checksum, size, 0), ...homeHeader(home)];
    const least = largestValue(limit, { headers });
    return this.#key === undefined ? least : least - sealedOverhead(this.#key, chunk.path);
  }

  /** Later, where the bytes are made smaller, or `hashed` says that others still read them: they are encrypted where they are. */
  chunk(chunk: Omit<Chunk, 'kind'>, hashed: Promise<void> | undefined): NewRecord | Promise<NewRecord> {
    const [encryption, key] = [this.#encryption, this.#key];
    if (encryption === undefined || key === undefined) return encodeChunk(chunk);
    const sealing = { key, path: encryption.pathOf(chunk.uploader, chunk.path) };
    const coded = encryption.mayCode([chunk.bytes]) ? encryption.code([chunk.bytes]) : undefined;
    if (coded === undefined && hashed === undefined) return sealChunk(sealing, chunk);
    return Promise.all([coded, hashed]).then(([smaller]) => sealChunk(sealing, chunk, smaller));
  }

  close(close: Omit<Close, 'kind'>): NewRecord {
    const [encryption, key] = [this.#encryption, this.#key];
    if (encryption === undefined || key === undefined) return encodeClose(close);
    return sealClose({ key, path: encryption.pathOf(close.uploader, close.path) }, close);
  }

  /** What `T.state` may say of the digest. Where it hides what it says, all of it. */
  digest(digest: string): string {
    const isTold = this.#key === undefined || this.#encryption?.names !== undefined;
    return isTold ? digest : keyedDigest(this.#key.secret, digest);
  }
}
