/** Small files that are all at hand: made, written and made durable in one go, on their way to their names. */
import { constants } from 'node:fs';
import { rm } from 'node:fs/promises';
import { crashPoint } from '../../crash-points.ts';
import type { FileLook } from '../contract.ts';
import { type DiskCalls, fewBytes } from './calls.ts';
import type { FileLooks } from './file-look.ts';
import { unwatchedFor } from './part-watch.ts';

export interface WholeFilesOptions {
  readonly calls: DiskCalls;
  readonly looks: FileLooks;
  /** Runs what opens something. */
  readonly withDescriptor: <T>(work: () => Promise<T>) => Promise<T>;
}

const newFile = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** A file that is written, and not durable. */
export interface BegunWhole {
  readonly file: string;
  readonly whole: number;
  readonly bytes: Uint8Array;
  /** Nanoseconds. */
  readonly mtime: bigint;
  /** Steady milliseconds. */
  readonly began: number;
}

export class WholeFiles {
  readonly #options: WholeFilesOptions;
  readonly #umask = process.umask();

  constructor(options: WholeFilesOptions) {
    this.#options = options;
  }

  /**
   * Makes a file; `sync` makes it durable. Resolves with its modification time, in nanoseconds. Throws EAGAIN when somebody changed it
   * meanwhile, as far as there was time for it: most files are where they belong after a millisecond, and nobody looks at them twice.
   */
  async write(
    file: string,
    bytes: Uint8Array,
    look: FileLook,
    sync: (file: number) => Promise<void>,
  ): Promise<bigint> {
    const { calls, looks, withDescriptor } = this.#options;
    const began = performance.now();
    const whole = await withDescriptor(() => this.#openNew(file, this.#modeToMake(look)));
    try {
      await calls.write(whole, bytes);
      crashPoint('whole:after-write');
      const mtime = await looks.give(whole, file, look);
      await sync(whole);
      if (this.#canRead && performance.now() - began > unwatchedFor) await this.#mustHold(file, whole, bytes);
      return mtime;
    } finally {
      await calls.close(whole);
    }
  }

  /**
   * The same by calls in place, up to where the file is to be made durable; undefined where that cannot be, or anything is out of the
   * ordinary: {@link write} is to meet it then.
   */
  begin(file: string, bytes: Uint8Array, look: FileLook): BegunWhole | undefined {
    const { calls, looks } = this.#options;
    const here = calls.atOnce;
    if (here === undefined || bytes.length > fewBytes || !this.#canRead) return undefined;
    const began = performance.now();
    let whole: number | undefined;
    try {
      whole = here.open(file, newFile, this.#modeToMake(look));
      const isWritten = here.write(whole, bytes, 0) === bytes.length;
      crashPoint('whole:after-write');
      const mtime = isWritten ? looks.giveAtOnce(here, whole, look) : undefined;
      if (mtime !== undefined) return { file, whole, bytes, mtime, began };
    } catch {
      // Whatever it is, it is there for the ordinary way too.
    }
    if (whole !== undefined) here.close(whole);
    return undefined;
  }

  /** What {@link write} does from where `begin` has left it. */
  async end({ file, whole, bytes, began }: BegunWhole, sync: (file: number) => Promise<void>): Promise<void> {
    const { calls } = this.#options;
    try {
      await sync(whole);
      if (performance.now() - began > unwatchedFor) await this.#mustHold(file, whole, bytes);
    } finally {
      const here = calls.atOnce;
      if (here === undefined) await calls.close(whole);
      else here.close(whole);
    }
  }

  /**
   * What it keeps where files have no permissions that are set: those that it is to have. One that is to be another's, or to get attributes, for which
   * it has to be writable, is its writer's alone.
   */
  #modeToMake(look: FileLook): number {
    const { attributes } = this.#options.looks;
    return attributes.isWished ? 0o600 : attributes.permissions(look) & 0o777 & ~this.#umask;
  }

  get #canRead(): boolean {
    return !this.#options.calls.ordersWrites;
  }

  async #mustHold(file: string, whole: number, bytes: Uint8Array): Promise<void> {
    const { calls } = this.#options;
    // One more, for what was written behind its end.
    const found = Buffer.alloc(bytes.length + 1);
    let size = 0;
    for (let read = -1; read !== 0 && size < found.length; size += read)
      read = await calls.read(whole, found.subarray(size), size);
    if (size === bytes.length && found.subarray(0, size).equals(bytes)) return;
    const message = `somebody changed the temporary file ${file} while it was made durable`;
    throw Object.assign(new Error(message), { code: 'EAGAIN' });
  }

  /** Whatever stands there, and wherever it leads, is none of ours. */
  async #openNew(file: string, mode: number): Promise<number> {
    // Some file systems of programs make no file that is to be read, too.
    const flags = this.#canRead ? newFile : (newFile & ~constants.O_RDWR) | constants.O_WRONLY;
    try {
      return await this.#options.calls.open(file, flags, mode);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      await rm(file, { force: true });
      return this.#options.calls.open(file, flags, mode);
    }
  }
}
