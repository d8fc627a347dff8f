/** An object store in memory, as the room of object stores wants it: conditions are kept, parts are seen by nobody before they are one object. */
import type {
  Condition,
  Metadata,
  ObjectLook,
  ObjectWriter,
  Served,
} from '../../src/stores/objects/contract.ts';
import { StoreFault } from '../../src/stores/store-fault.ts';

interface Kept {
  readonly bytes: Buffer;
  readonly metadata: Metadata;
  readonly tag: string;
  readonly served?: Served | undefined;
}

/** Bytes of a part. */
const partSize = 4096;

export class MemoryObjects {
  readonly kept = new Map<string, Kept>();
  /** Key and parts by the id of an upload in parts. */
  readonly open = new Map<string, { readonly key: string; readonly parts: Map<number, Buffer> }>();
  /** How often something was put under a key: replaced, described anew or not. */
  readonly writes = new Map<string, number>();
  #count = 0;

  /** A client of it; each request goes through `pass`, which may hold it, or throw: before it is done, and once more before it is answered. */
  writer(pass: (request: string) => Promise<void> = async () => {}, replacesAtOnce = true): ObjectWriter {
    const through = async <T>(request: string, work: () => T): Promise<T> => {
      await pass(request);
      const done = work();
      await pass(`${request}, answered`);
      return done;
    };
    const put = (
      key: string,
      bytes: Uint8Array,
      metadata: Metadata,
      condition: Condition,
      served?: Served,
    ): string => {
      this.#mustHold(key, condition);
      return this.#keep(key, Buffer.from(bytes), metadata, true, served);
    };
    const read = (key: string, tag: string | undefined): Buffer => {
      const object = this.kept.get(key);
      if (object === undefined) throw missing(key);
      if (tag !== undefined && tag !== object.tag) throw stale(key);
      return object.bytes;
    };
    return {
      place: { store: 'memory', prefix: '', url: 'memory://bucket' },
      where: 'bucket',
      describedAt: 'begin',
      replacesAtOnce,
      partSizeFor: () => partSize,
      put: (key, bytes, metadata, condition, served) =>
        through(`put ${key}`, () => put(key, bytes, metadata, condition, served)),
      begin: (key, metadata) =>
        through(`begin ${key}`, () => {
          const id = `upload ${++this.#count}`;
          this.open.set(id, { key, parts: new Map() });
          this.#metadata.set(id, metadata);
          return id;
        }),
      part: (key, upload, number, bytes) =>
        through(`part ${key}`, () => {
          const { parts } = this.#opened(key, upload);
          parts.set(number, Buffer.from(bytes));
          return { number, tag: String(number), checksum: undefined };
        }),
      hasEnded: async (_, upload) => !this.open.has(upload),
      complete: (key, upload, parts, condition) =>
        through(`complete ${key}`, () => {
          const open = this.#opened(key, upload);
          this.#mustHold(key, condition);
          const bytes = Buffer.concat(parts.map(({ number }) => open.parts.get(number)!));
          this.open.delete(upload);
          return this.#keep(key, bytes, this.#metadata.get(upload)!);
        }),
      abort: (key, upload) => through(`abort ${key}`, () => void this.open.delete(upload)),
      openUploads: async (key) => [...this.open].filter(([, one]) => one.key === key).map(([id]) => id),
      rewrite: (key, { tag }, metadata) =>
        through(`rewrite ${key}`, () => {
          const bytes = read(key, tag);
          this.#keep(key, bytes, metadata, false);
        }),
      look: (key) =>
        through(`look ${key}`, (): ObjectLook | undefined => {
          const object = this.kept.get(key);
          return object && { tag: object.tag, size: object.bytes.length, metadata: object.metadata };
        }),
      async *read(key, tag) {
        yield await through(`read ${key}`, () => read(key, tag));
      },
      list: (prefix) =>
        through(`list ${prefix}`, () => [...this.kept.keys()].filter((key) => key.startsWith(prefix))),
      remove: (key) => through(`remove ${key}`, () => void this.kept.delete(key)),
      close() {},
    };
  }

  readonly #metadata = new Map<string, Metadata>();

  #opened(key: string, upload: string) {
    const open = this.open.get(upload);
    if (open?.key !== key) throw missing(key);
    return open;
  }

  #mustHold(key: string, condition: Condition): void {
    if (condition === undefined) return;
    const tag = this.kept.get(key)?.tag;
    if (condition === 'nothing' ? tag !== undefined : tag !== condition.tag) throw stale(key);
  }

  #keep(key: string, bytes: Buffer, metadata: Metadata, isWrite = true, served?: Served): string {
    const tag = `tag ${++this.#count}`;
    this.kept.set(key, { bytes, metadata, tag, served });
    if (isWrite) this.writes.set(key, (this.writes.get(key) ?? 0) + 1);
    return tag;
  }
}

function stale(key: string): StoreFault {
  return new StoreFault(`${key} is another one by now`, { scope: 'name', code: 'ESTALE' });
}

function missing(key: string): StoreFault {
  return new StoreFault(`${key} is not there`, { scope: 'name', code: 'ENOENT' });
}
