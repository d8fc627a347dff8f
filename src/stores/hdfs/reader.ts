/** A folder of HDFS as something to read from. There is no condition for a read: who was read is looked at before and behind it. */
import type { IncomingMessage } from 'node:http';
import { ConfigurationError } from '../../errors.ts';
import type { ListedObject, ObjectFacts, ObjectRange, ObjectReader } from '../objects/contract.ts';
import { once, type Patiently } from '../patiently.ts';
import { isCode, StoreFault } from '../store-fault.ts';
import type { HdfsClient } from './client.ts';
import { listFiles } from './listing.ts';
import type { HdfsPlace } from './place.ts';
import { type FileStatus, factsOf, tagOf } from './status.ts';
import { isBeingWritten } from './under-construction.ts';

export class HdfsReader implements ObjectReader {
  /** Whoever writes a file is seen at it. */
  readonly appearsWhole = false;
  readonly place: HdfsPlace;
  readonly identity: readonly string[];
  readonly #hdfs: HdfsClient;

  constructor(hdfs: HdfsClient) {
    this.#hdfs = hdfs;
    this.place = hdfs.place;
    this.identity = [...hdfs.place.namenodes.toSorted(), hdfs.place.prefix];
  }

  shown(key: string): string {
    return this.#hdfs.shown(key);
  }

  list(patiently: Patiently, isEntered: (folder: string) => boolean): AsyncIterable<readonly ListedObject[]> {
    return listFiles(this.#hdfs, this.place.prefix, patiently, isEntered);
  }

  async tryList(): Promise<void> {
    const { type } = await this.#hdfs.status(this.place.prefix, 'list', true);
    if (type !== 'DIRECTORY')
      throw new ConfigurationError(`${this.place.url} is no folder: name the one that it stands in`);
    for await (const _ of listFiles(this.#hdfs, this.place.prefix, once, () => false)) break;
  }

  async look(key: string): Promise<ObjectFacts> {
    return factsOf(await this.#file(key, 'look at'));
  }

  async range(
    key: string,
    start: number,
    end: number,
    tag: string | undefined,
    signal: AbortSignal,
  ): Promise<ObjectRange> {
    const parameters = { offset: String(start), length: String(end - start) };
    const reading = this.#hdfs.data({
      method: 'GET',
      op: 'OPEN',
      path: key,
      parameters,
      doing: 'read',
      signal,
    });
    // What is wrong is said by the look, if it knows.
    reading.catch(() => {});
    try {
      const [status, isOpen] = await Promise.all([
        this.#file(key, 'read', tag),
        tag === undefined && isBeingWritten(this.#hdfs, key),
      ]);
      if (isOpen) throw this.#fault(key, 'EBUSY', 'it is being written; it is sent when it was closed');
      if (start >= status.length) throw this.#fault(key, 'ERANGE', 'the file has no such bytes');
      const body = await reading;
      const bytes = this.#stillIt(body, key, tagOf(status));
      return { facts: factsOf(status), bytes, destroy: () => void body.destroy() };
    } catch (error) {
      reading.then(
        (body) => body.destroy(),
        () => {},
      );
      throw error;
    }
  }

  meaning(error: unknown, cannot: string, key: string): Error {
    return this.#hdfs.meaning(error, { doing: cannot, path: key });
  }

  close(): void {
    this.#hdfs.close();
  }

  /** The last of the bytes come when it was looked at who stands there behind them. */
  async *#stillIt(body: IncomingMessage, key: string, tag: string): AsyncGenerator<Uint8Array> {
    let held: Uint8Array | undefined;
    for await (const chunk of body) {
      if (held !== undefined) yield held;
      held = chunk as Uint8Array;
    }
    await this.#file(key, 'read', tag);
    if (held !== undefined) yield held;
  }

  /** `tag`: of that file and no other. */
  async #file(key: string, doing: string, tag?: string): Promise<FileStatus> {
    try {
      const status = await this.#hdfs.status(key, doing);
      if (status.type !== 'FILE') throw this.#fault(key, 'ENOENT', 'there is no such file');
      if (tag === undefined || tagOf(status) === tag) return status;
    } catch (error) {
      // Below a file there is none.
      if (isCode(error, 'ENOTDIR')) throw this.#fault(key, 'ENOENT', 'there is no such file');
      if (tag === undefined || !isCode(error, 'ENOENT')) throw error;
    }
    throw this.#fault(key, 'ESTALE', 'the file is another one by now');
  }

  #fault(key: string, code: string, reason: string): StoreFault {
    return new StoreFault(`cannot read ${this.shown(key)}: ${reason}`, { scope: 'name', code });
  }
}
