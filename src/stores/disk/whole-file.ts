/** Small files that are all at hand: made, written and made durable in one go, on their way to their names. */
import { constants } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { FileLook } from '../contract.ts';
import type { DiskCalls } from './calls.ts';
import { type FileLooks, permissions } from './file-look.ts';

export interface WholeFilesOptions {
  readonly calls: DiskCalls;
  readonly looks: FileLooks;
  /** Runs what opens something. */
  readonly withDescriptor: <T>(work: () => Promise<T>) => Promise<T>;
}

export class WholeFiles {
  readonly #options: WholeFilesOptions;
  readonly #umask = process.umask();

  constructor(options: WholeFilesOptions) {
    this.#options = options;
  }

  /** Makes a file; `sync` makes it durable. Resolves with its modification time, in nanoseconds. */
  async write(
    file: string,
    bytes: Uint8Array,
    look: FileLook,
    sync: (file: number) => Promise<void>,
  ): Promise<bigint> {
    const { calls, looks, withDescriptor } = this.#options;
    const mode = permissions(look.mode);
    const made = mode & ~this.#umask;
    const whole = await withDescriptor(() => this.#openNew(file, made));
    try {
      await calls.write(whole, bytes);
      const mtime = await looks.give(whole, look, made === mode);
      await sync(whole);
      return mtime;
    } finally {
      await calls.close(whole);
    }
  }

  /** Whatever stands there, and wherever it leads, is none of ours. */
  async #openNew(file: string, mode: number): Promise<number> {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    try {
      return await this.#options.calls.open(file, flags, mode);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      await rm(file, { force: true });
      return this.#options.calls.open(file, flags, mode);
    }
  }
}
