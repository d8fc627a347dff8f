/**
 * System calls that take microseconds when the disk answers from memory: opening, looking, a few kilobytes, closing,
 * renaming. They are made in place as long as they are quick, for asking the thread pool costs more than they do, and its
 * threads stand in each other's way in one folder. As soon as a call takes long they go to the pool for a while, where
 * several wait side by side and nothing else waits for them. Where the disk is at the other end of a network, always.
 */
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { isLocalTree, isMadeByProgram } from './mounts.ts';

/** A call of so many milliseconds was slow; the pool is asked for so many afterwards. */
const slow = 2;
const rest = 100;
/** More bytes than this are the pool's business: copying them takes its time too. */
const fewBytes = 64 * 1024;

const later = {
  open: promisify(fs.open),
  close: promisify(fs.close),
  read: promisify(fs.read),
  write: promisify(fs.write),
  futimes: promisify(fs.futimes),
  fchmod: promisify(fs.fchmod),
  ftruncate: promisify(fs.ftruncate),
  fsync: promisify(fs.fsync),
  fdatasync: promisify(fs.fdatasync),
  mkdir: promisify<string, void>(fs.mkdir),
  rename: promisify(fs.rename),
  readlink: promisify<string, string>(fs.readlink),
  fstat: promisify<number, { bigint: true }, fs.BigIntStats>(fs.fstat),
  lstat: promisify<string, { bigint: true }, fs.BigIntStats>(fs.lstat),
};

/** Calls on one directory tree. All throw the system's errors. */
export class DiskCalls {
  /** True where the disk is known to be on this machine. */
  readonly isLocal: boolean;
  readonly #now: () => number;
  /** True where a file is to be written from its beginning to its end, one call after the other. */
  readonly ordersWrites: boolean;
  #poolUntil = Number.NEGATIVE_INFINITY;

  /** `now` gives steady milliseconds. */
  constructor(isLocal: boolean, now: () => number = () => performance.now(), ordersWrites = false) {
    this.isLocal = isLocal;
    this.#now = now;
    this.ordersWrites = ordersWrites;
  }

  /** For what stands below a directory. */
  static async on(directory: string): Promise<DiskCalls> {
    return new DiskCalls(await isLocalTree(directory), undefined, await isMadeByProgram(directory));
  }

  async open(path: string, flags: string | number, mode?: number): Promise<number> {
    return this.isQuick ? this.#here(() => fs.openSync(path, flags, mode)) : later.open(path, flags, mode);
  }

  async close(file: number): Promise<void> {
    return this.isQuick ? this.#here(() => fs.closeSync(file)) : later.close(file);
  }

  /** Resolves with how many bytes came. */
  async read(file: number, into: Uint8Array, position: number): Promise<number> {
    return this.isQuick && into.length <= fewBytes
      ? this.#here(() => fs.readSync(file, into, 0, into.length, position))
      : (await later.read(file, into, 0, into.length, position)).bytesRead;
  }

  /** All of the bytes. */
  async write(file: number, bytes: Uint8Array, position = 0): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const left = bytes.length - at;
      at +=
        this.isQuick && left <= fewBytes
          ? this.#here(() => fs.writeSync(file, bytes, at, left, position + at))
          : (await later.write(file, bytes, at, left, position + at)).bytesWritten;
    }
  }

  /** Makes a file shorter, or longer by a hole, before anything else happens in this process. */
  resizeNow(file: number, size: number): void {
    this.#here(() => fs.ftruncateSync(file, size));
  }

  /** The same, where nothing else happens to the file meanwhile. */
  resize(file: number, size: number): Promise<void> {
    return later.ftruncate(file, size);
  }

  async look(file: number): Promise<fs.BigIntStats> {
    return this.isQuick
      ? this.#here(() => fs.fstatSync(file, { bigint: true }))
      : later.fstat(file, { bigint: true });
  }

  async lookAt(path: string): Promise<fs.BigIntStats> {
    return this.isQuick
      ? this.#here(() => fs.lstatSync(path, { bigint: true }))
      : later.lstat(path, { bigint: true });
  }

  /** Where an open file stands now, as Linux tells it. */
  async pathOf(file: number): Promise<string> {
    const link = `/proc/self/fd/${file}`;
    return this.isQuick ? this.#here(() => fs.readlinkSync(link)) : later.readlink(link);
  }

  /** Seconds, as Node takes them. */
  async setTimes(file: number, seconds: string): Promise<void> {
    return this.isQuick
      ? this.#here(() => fs.futimesSync(file, seconds, seconds))
      : later.futimes(file, seconds, seconds);
  }

  async setMode(file: number, mode: number): Promise<void> {
    return this.isQuick ? this.#here(() => fs.fchmodSync(file, mode)) : later.fchmod(file, mode);
  }

  async makeFolder(path: string): Promise<void> {
    return this.isQuick ? this.#here(() => fs.mkdirSync(path)) : later.mkdir(path);
  }

  async rename(from: string, to: string): Promise<void> {
    return this.isQuick ? this.#here(() => fs.renameSync(from, to)) : later.rename(from, to);
  }

  /** Always the pool's business: no disk is quick at this. */
  sync(file: number): Promise<void> {
    return later.fsync(file);
  }

  /** The same for its bytes and its size alone. */
  syncData(file: number): Promise<void> {
    return later.fdatasync(file);
  }

  /** Makes the names in a folder durable. One that somebody removed needs no more; Windows opens no folders, and needs not. */
  async syncFolder(folder: string): Promise<void> {
    if (process.platform === 'win32') return;
    const file = await later.open(folder, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
      return undefined;
    });
    if (file === undefined) return;
    try {
      await this.sync(file);
    } finally {
      await later.close(file);
    }
  }

  /** True while calls are made in place. */
  get isQuick(): boolean {
    return this.isLocal && this.#now() >= this.#poolUntil;
  }

  #here<T>(call: () => T): T {
    const started = this.#now();
    try {
      return call();
    } finally {
      if (this.#now() - started > slow) this.#poolUntil = started + rest;
    }
  }
}
