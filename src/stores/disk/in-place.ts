/** System calls that are made at once, on the main thread: for those that take microseconds, and for no longer than they do. */
import * as fs from 'node:fs';

/** A call of so many milliseconds was slow. */
const slow = 2;

/** All throw the system's errors. */
export class InPlace {
  readonly #now: () => number;
  readonly #wasSlow: (began: number, ended: number) => void;

  /** `now` gives steady milliseconds; `wasSlow` is told of each call that took long, by when it began and ended. */
  constructor(now: () => number, wasSlow: (began: number, ended: number) => void) {
    this.#now = now;
    this.#wasSlow = wasSlow;
  }

  open(path: string, flags: string | number, mode?: number): number {
    return this.timed(() => fs.openSync(path, flags, mode));
  }

  close(file: number): void {
    this.timed(() => fs.closeSync(file));
  }

  /** How many bytes came. */
  read(file: number, into: Uint8Array, position: number): number {
    return this.timed(() => fs.readSync(file, into, 0, into.length, position));
  }

  /** The same from the beginning, and on into `more` when `into` is full. */
  readInto(file: number, into: Uint8Array, more: Uint8Array): number {
    return this.timed(() => fs.readvSync(file, [into, more], 0));
  }

  /** How many of the bytes were written. */
  write(file: number, bytes: Uint8Array, position: number): number {
    return this.timed(() => fs.writeSync(file, bytes, 0, bytes.length, position));
  }

  resize(file: number, size: number): void {
    this.timed(() => fs.ftruncateSync(file, size));
  }

  look(file: number): fs.BigIntStats {
    return this.timed(() => fs.fstatSync(file, { bigint: true }));
  }

  lookAt(path: string): fs.BigIntStats {
    return this.timed(() => fs.lstatSync(path, { bigint: true }));
  }

  /** The same; undefined when nothing stands there. */
  lookIfThere(path: string): fs.BigIntStats | undefined {
    return this.timed(() => fs.lstatSync(path, { bigint: true, throwIfNoEntry: false }));
  }

  pathOf(file: number): string {
    return this.timed(() => fs.readlinkSync(`/proc/self/fd/${file}`));
  }

  setTimes(file: number, seconds: string): void {
    this.timed(() => fs.futimesSync(file, seconds, seconds));
  }

  setMode(file: number, mode: number): void {
    this.timed(() => fs.fchmodSync(file, mode));
  }

  setOwner(file: number, uid: number, gid: number): void {
    this.timed(() => fs.fchownSync(file, uid, gid));
  }

  makeFolder(path: string): void {
    this.timed(() => fs.mkdirSync(path));
  }

  removeFolder(path: string): void {
    this.timed(() => fs.rmdirSync(path));
  }

  makeLink(text: string, path: string): void {
    this.timed(() => fs.symlinkSync(text, path));
  }

  rename(from: string, to: string): void {
    this.timed(() => fs.renameSync(from, to));
  }

  protected timed<T>(call: () => T): T {
    const began = this.#now();
    try {
      return call();
    } finally {
      const ended = this.#now();
      if (ended - began > slow) this.#wasSlow(began, ended);
    }
  }
}
