/**
 * A temporary file that parts are appended to, in their order, one at a time. An append whose answer was lost may have added all of its
 * bytes, some, or none: how long the file is tells, and the rest of them is appended.
 */
import { StoreFault } from '../store-fault.ts';
import { FileChecksum } from './checksum.ts';
import type { HdfsClient } from './client.ts';
import { isBeingWritten } from './under-construction.ts';

interface Waiter {
  readonly go: () => void;
  readonly fail: (error: unknown) => void;
}

export class AppendedFile {
  readonly path: string;
  readonly checksum: FileChecksum;
  readonly #hdfs: HdfsClient;
  /** The part whose turn it is. */
  #next = 1;
  #size = 0;
  /** Nobody knows how long the file is. */
  #isUnsure = false;
  /** What kept the part from being appended whose turn it is. */
  #failure: { readonly error: unknown } | undefined;
  readonly #waiters = new Map<number, Waiter>();

  constructor(hdfs: HdfsClient, path: string, blockSize: number) {
    this.#hdfs = hdfs;
    this.path = path;
    this.checksum = new FileChecksum(blockSize);
  }

  /** Bytes of the parts that were appended. */
  get size(): number {
    return this.#size;
  }

  /** Resolves when the part stands behind all before it. When one fails, those that wait for it fail too, and are to come again behind it. */
  async append(number: number, bytes: Uint8Array): Promise<void> {
    if (number < this.#next) return;
    // Behind one that failed nobody would wake it.
    if (number > this.#next && this.#failure !== undefined) throw this.#failure.error;
    if (number > this.#next) await new Promise<void>((go, fail) => this.#waiters.set(number, { go, fail }));
    this.#failure = undefined;
    try {
      await this.#append(bytes);
    } catch (error) {
      this.end(error);
      throw error;
    }
    this.checksum.update(bytes);
    this.#size += bytes.length;
    this.#next += 1;
    const waiter = this.#waiters.get(this.#next);
    this.#waiters.delete(this.#next);
    waiter?.go();
  }

  /** Whoever waits hears of it. */
  end(error: unknown): void {
    this.#failure = { error };
    const waiters = [...this.#waiters.values()];
    this.#waiters.clear();
    for (const { fail } of waiters) fail(error);
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const wasUnsure = this.#isUnsure;
    const from = wasUnsure ? await this.#standing(bytes.length) : 0;
    this.#isUnsure = true;
    if (from < bytes.length) await this.#send(bytes.subarray(from));
    // The former try may have gone on behind our look, and added what this one added too.
    if (wasUnsure && (await this.#standing(bytes.length)) !== bytes.length)
      throw this.#fault('was written to twice');
    this.#isUnsure = false;
  }

  /** How many bytes stand behind what was appended for sure, `most` at most. */
  async #standing(most: number): Promise<number> {
    // A datanode that went away left it open. Who wants to append has HDFS close it, a minute behind the last sign of life.
    if (await isBeingWritten(this.#hdfs, this.path)) await this.#send(new Uint8Array(0));
    const { length } = await this.#hdfs.status(this.path);
    const standing = length - this.#size;
    if (standing >= 0 && standing <= most) return standing;
    throw this.#fault(`has ${length} bytes, and was to have ${this.#size} and ${most} at the most`);
  }

  async #send(body: Uint8Array): Promise<void> {
    await this.#hdfs.text({ method: 'POST', op: 'APPEND', path: this.path, doing: 'append to', body });
  }

  #fault(reason: string): StoreFault {
    return new StoreFault(`${this.#hdfs.shown(this.path)} ${reason}`, { scope: 'name', code: 'ENOENT' });
  }
}
