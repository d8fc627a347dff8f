/**
 * System calls that take microseconds when the disk answers from memory: opening, looking, a few kilobytes, closing,
 * renaming. They are made in place as long as they are quick, for asking the thread pool costs more than they do, and its
 * threads stand in each other's way in one folder. As soon as they take long they go to the pool for a while, where
 * several wait side by side and nothing else waits for them. Where the disk is at the other end of a network, always.
 */
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { InPlace } from './in-place.ts';
import { isLocalTree, isMadeByProgram } from './mounts.ts';

/** Milliseconds that slow calls may take together, and how many of them are forgotten in a millisecond: who commits what others wrote waits now and then. */
const patience = 10;
const forgotten = 0.1;
/** When they took more the pool is asked for so many milliseconds. */
const rest = 100;
/** More bytes than this are the pool's business: copying them takes its time too. */
export const fewBytes = 64 * 1024;

const later = {
  open: promisify(fs.open),
  close: promisify(fs.close),
  read: promisify(fs.read),
  write: promisify(fs.write),
  futimes: promisify(fs.futimes),
  fchmod: promisify(fs.fchmod),
  fchown: promisify(fs.fchown),
  ftruncate: promisify(fs.ftruncate),
  fsync: promisify(fs.fsync),
  fdatasync: promisify(fs.fdatasync),
  mkdir: promisify<string, void>(fs.mkdir),
  rmdir: promisify<string, void>(fs.rmdir),
  symlink: promisify<string, string, void>(fs.symlink),
  rename: promisify(fs.rename),
  link: promisify(fs.link),
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
  readonly #here: InPlace;
  #poolUntil = Number.NEGATIVE_INFINITY;
  /** What slow calls took and is not forgotten, as of the end of the last one. */
  #slowFor = 0;
  #slowAt = 0;

  /** `now` gives steady milliseconds. */
  constructor(isLocal: boolean, now: () => number = () => performance.now(), ordersWrites = false) {
    this.isLocal = isLocal;
    this.#now = now;
    this.ordersWrites = ordersWrites;
    this.#here = new InPlace(now, (began, ended) => this.#wasSlow(began, ended));
  }

  /** For what stands below a directory. */
  static async on(directory: string): Promise<DiskCalls> {
    return new DiskCalls(await isLocalTree(directory), undefined, await isMadeByProgram(directory));
  }

  async open(path: string, flags: string | number, mode?: number): Promise<number> {
    const here = this.here;
    return here === undefined ? later.open(path, flags, mode) : here.open(path, flags, mode);
  }

  async close(file: number): Promise<void> {
    const here = this.here;
    return here === undefined ? later.close(file) : here.close(file);
  }

  /** Resolves with how many bytes came. */
  async read(file: number, into: Uint8Array, position: number): Promise<number> {
    const here = this.hereFor(into.length);
    return here === undefined
      ? (await later.read(file, into, 0, into.length, position)).bytesRead
      : here.read(file, into, position);
  }

  /** All of the bytes. */
  async write(file: number, bytes: Uint8Array, position = 0): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const left = bytes.length - at;
      const here = this.hereFor(left);
      at +=
        here === undefined
          ? (await later.write(file, bytes, at, left, position + at)).bytesWritten
          : here.write(file, at === 0 ? bytes : bytes.subarray(at), position + at);
    }
  }

  /** Makes a file shorter, or longer by a hole, before anything else happens in this process. */
  resizeNow(file: number, size: number): void {
    this.#here.resize(file, size);
  }

  /** The same, where nothing else happens to the file meanwhile. */
  resize(file: number, size: number): Promise<void> {
    return later.ftruncate(file, size);
  }

  async look(file: number): Promise<fs.BigIntStats> {
    const here = this.here;
    return here === undefined ? later.fstat(file, { bigint: true }) : here.look(file);
  }

  async lookAt(path: string): Promise<fs.BigIntStats> {
    const here = this.here;
    return here === undefined ? later.lstat(path, { bigint: true }) : here.lookAt(path);
  }

  /** The same; undefined when nothing stands there. */
  async lookIfThere(path: string): Promise<fs.BigIntStats | undefined> {
    const here = this.here;
    if (here !== undefined) return here.lookIfThere(path);
    return later.lstat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
      return undefined;
    });
  }

  /** Where an open file stands now, as Linux tells it. */
  async pathOf(file: number): Promise<string> {
    const here = this.here;
    return here === undefined ? later.readlink(`/proc/self/fd/${file}`) : here.pathOf(file);
  }

  /** Seconds, as Node takes them. */
  async setTimes(file: number, seconds: string): Promise<void> {
    const here = this.here;
    return here === undefined ? later.futimes(file, seconds, seconds) : here.setTimes(file, seconds);
  }

  async setMode(file: number, mode: number): Promise<void> {
    const here = this.here;
    return here === undefined ? later.fchmod(file, mode) : here.setMode(file, mode);
  }

  /** By numbers; -1 leaves one as it is. */
  async setOwner(file: number, uid: number, gid: number): Promise<void> {
    const here = this.here;
    return here === undefined ? later.fchown(file, uid, gid) : here.setOwner(file, uid, gid);
  }

  async makeFolder(path: string): Promise<void> {
    const here = this.here;
    return here === undefined ? later.mkdir(path) : here.makeFolder(path);
  }

  /** Removes a folder that is empty. */
  async removeFolder(path: string): Promise<void> {
    const here = this.here;
    return here === undefined ? later.rmdir(path) : here.removeFolder(path);
  }

  /** Makes a symbolic link that says this. */
  async makeLink(text: string, path: string): Promise<void> {
    const here = this.here;
    return here === undefined ? later.symlink(text, path) : here.makeLink(text, path);
  }

  async rename(from: string, to: string): Promise<void> {
    const here = this.here;
    return here === undefined ? later.rename(from, to) : here.rename(from, to);
  }

  /** Gives a file a second name, where nothing stands under that: `EEXIST`. */
  link(file: string, other: string): Promise<void> {
    return later.link(file, other);
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
      // A link that leads to itself may have taken the place of one above.
      if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(error.code ?? '')) throw error;
      return undefined;
    });
    if (file === undefined) return;
    try {
      await this.sync(file);
    } finally {
      await later.close(file);
    }
  }

  #wasSlow(began: number, ended: number): void {
    this.#slowFor = Math.max(0, this.#slowFor - (began - this.#slowAt) * forgotten) + ended - began;
    this.#slowAt = ended;
    if (this.#slowFor <= patience) return;
    this.#slowFor = 0;
    this.#poolUntil = began + rest;
  }

  /** True while calls are made in place. */
  get isQuick(): boolean {
    return this.isLocal && this.#now() >= this.#poolUntil;
  }

  /** Calls in place, to be made at once; undefined while they are the pool's business. */
  get here(): InPlace | undefined {
    return this.isQuick ? this.#here : undefined;
  }

  /** The same for several calls, one after the other, without the methods above: whoever overrides those has none. */
  get atOnce(): InPlace | undefined {
    return this.here;
  }

  /** The same as {@link here} for a call that moves so many bytes. */
  hereFor(bytes: number): InPlace | undefined {
    return bytes <= fewBytes ? this.here : undefined;
  }
}
