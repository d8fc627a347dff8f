/** What stands below a prefix of an object store, as a source. */
import { createHash } from 'node:crypto';
import { ConfigurationError } from '../../errors.ts';
import type { OpenFile, Selection, Source, SourceAbilities, SourceFile, Unsendable } from '../contract.ts';
import { once, type Patiently } from '../patiently.ts';
import { AheadMemory } from '../read-ahead.ts';
import { selects } from '../selects.ts';
import { isCode, StoreFault } from '../store-fault.ts';
import type { ObjectReader } from './contract.ts';
import { pathOfKey } from './keys.ts';
import { objectFile } from './looks.ts';
import { emptyFile, openObject, pieceSize } from './open-object.ts';

/** Bytes that are asked for ahead of what is read, over all files. */
const aheadBytes = 16 * 1024 * 1024;

/** Throws ConfigurationError when the place is missing, or may not be listed; the reader is closed then. */
export async function openObjectSource(objects: ObjectReader, patiently: Patiently = once): Promise<Source> {
  try {
    await patiently(() => objects.tryList());
    return new ObjectSource(objects, patiently);
  } catch (error) {
    objects.close();
    throw error;
  }
}

class ObjectSource implements Source {
  readonly place: string;
  readonly abilities: SourceAbilities;
  readonly #objects: ObjectReader;
  readonly #patiently: Patiently;
  readonly #memory = new AheadMemory(aheadBytes, pieceSize);
  /** An object was read: one that may not be read is an exception. */
  #hasRead = false;

  constructor(objects: ObjectReader, patiently: Patiently) {
    this.place = objects.place.url;
    this.abilities = { appearsWhole: objects.appearsWhole };
    this.#objects = objects;
    this.#patiently = patiently;
  }

  async *list(selection: Selection, unsendable: (what: Unsendable) => void): AsyncGenerator<SourceFile> {
    const isSelected = selects(selection);
    const { prefix } = this.#objects.place;
    for await (const page of this.#objects.list(this.#patiently, (folder) => selection.folder(folder))) {
      for (const object of page) {
        const path = pathOfKey(prefix, object.key, object.size);
        if (path === undefined || !isSelected(typeof path === 'string' ? path : path.path)) continue;
        if (typeof path !== 'string') unsendable(path);
        else if (object.fault !== undefined) unsendable({ path, reason: object.fault });
        else yield objectFile(path, object);
      }
    }
  }

  async look(path: string): Promise<SourceFile | undefined> {
    try {
      return await this.#patiently(() => this.#look(path));
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async open(path: string): Promise<OpenFile> {
    const key = this.#key(path);
    const how = { path, key, patiently: this.#patiently, memory: this.#memory };
    try {
      const file = await openObject(this.#objects, how);
      this.#hasRead = true;
      return file;
    } catch (error) {
      if (isCode(error, 'ERANGE')) return this.#openEmpty(path);
      if (isCode(error, 'EACCES') && !this.#hasRead)
        throw new ConfigurationError(`${(error as Error).message}; no object was read before it`, {
          cause: error,
        });
      throw error;
    }
  }

  async rootId(): Promise<string | undefined> {
    const { place, identity } = this.#objects;
    const id = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32);
    return this.#patiently(() => this.#objects.tryList()).then(
      () => `${place.store}:${id}`,
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
    throw new StoreFault(`${this.#objects.shown(this.#key(path))} was replaced while it was opened`, stale);
  }

  async #look(path: string): Promise<SourceFile> {
    return objectFile(path, await this.#objects.look(this.#key(path)));
  }

  #key(path: string): string {
    return this.#objects.place.prefix + path;
  }
}
