/** A bucket, or what stands below a prefix of it, as a source. */
import { createHash } from 'node:crypto';
import { ConfigurationError } from '../../errors.ts';
import type { OpenFile, Selection, Source, SourceFile, Unsendable } from '../contract.ts';
import { once, type Patiently } from '../patiently.ts';
import type { S3Place } from '../place.ts';
import { AheadMemory } from '../read-ahead.ts';
import { selects } from '../selects.ts';
import { StoreFault } from '../store-fault.ts';
import { openS3Store, type S3Store } from './client.ts';
import { headObject } from './head.ts';
import { pathOfKey } from './keys.ts';
import { firstPage, listObjects } from './listing.ts';
import { archiveFault, keptLook, objectFile } from './looks.ts';
import { emptyFile, openObject, pieceSize } from './object-file.ts';
import type { S3Options } from './options.ts';

/** Bytes that are asked for ahead of what is read, over all files. */
const aheadBytes = 16 * 1024 * 1024;

export interface S3SourceOptions {
  readonly s3?: S3Options;
  readonly patiently?: Patiently;
}

/** Opens a bucket. Throws ConfigurationError when it is missing, or may not be listed. */
export async function openS3Source(
  place: S3Place,
  { s3, patiently = once }: S3SourceOptions = {},
): Promise<Source> {
  const store = await openS3Store(place, s3);
  await firstPage(store, patiently);
  return new S3Source(store, patiently);
}

class S3Source implements Source {
  readonly place: string;
  /** Nobody sees an object before it is whole. */
  readonly abilities = { appearsWhole: true };
  readonly #store: S3Store;
  readonly #patiently: Patiently;
  readonly #memory = new AheadMemory(aheadBytes, pieceSize);
  /** An object was read: one that may not be read is an exception. */
  #hasRead = false;

  constructor(store: S3Store, patiently: Patiently) {
    this.place = store.place.url;
    this.#store = store;
    this.#patiently = patiently;
  }

  async *list(selection: Selection, unsendable: (what: Unsendable) => void): AsyncGenerator<SourceFile> {
    const isSelected = selects(selection);
    for await (const page of listObjects(this.#store, this.#patiently)) {
      for (const object of page) {
        const { key, Size = 0, StorageClass, isRestored } = object;
        const path = pathOfKey(this.#store.place.prefix, key, Size);
        if (path === undefined || !isSelected(typeof path === 'string' ? path : path.path)) continue;
        const fault = typeof path === 'string' ? archiveFault(StorageClass, isRestored) : path.reason;
        if (typeof path !== 'string') unsendable(path);
        else if (fault !== undefined) unsendable({ path, reason: fault });
        else yield objectFile(path, object);
      }
    }
  }

  async look(path: string): Promise<SourceFile | undefined> {
    try {
      return await this.#patiently(() => this.#head(path));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async open(path: string): Promise<OpenFile> {
    const key = this.#store.place.prefix + path;
    const how = { path, key, patiently: this.#patiently, memory: this.#memory };
    try {
      const file = await openObject(this.#store, how);
      this.#hasRead = true;
      return file;
    } catch (error) {
      if (codeOf(error) === 'ERANGE') return this.#openEmpty(path);
      if (codeOf(error) === 'EACCES' && !this.#hasRead)
        throw new ConfigurationError(`${(error as Error).message}; no object was read before it`, {
          cause: error,
        });
      throw error;
    }
  }

  async rootId(): Promise<string | undefined> {
    const { place, endpoint = '' } = this.#store;
    const id = createHash('sha256').update(JSON.stringify([endpoint, place.bucket, place.prefix]));
    return firstPage(this.#store, this.#patiently).then(
      () => `s3:${id.digest('hex').slice(0, 32)}`,
      () => undefined,
    );
  }

  /** Changes are found by listing alone. */
  async watch(): Promise<{ close(): Promise<void> }> {
    return { close: async () => {} };
  }

  async #openEmpty(path: string): Promise<OpenFile> {
    const look = await this.look(path);
    const stale = { scope: 'name', code: 'ESTALE' } as const;
    if (look?.size === 0) return emptyFile(look);
    throw new StoreFault(`${this.#store.shown(path)} was replaced while it was opened`, stale);
  }

  async #head(path: string): Promise<SourceFile> {
    const head = await headObject(this.#store, this.#store.place.prefix + path);
    return objectFile(path, { ...head, Size: head.ContentLength }, keptLook(head.Metadata));
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof StoreFault ? error.code : undefined;
}
