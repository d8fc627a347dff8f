/**
 * The way to a file below a root, without a symbolic link anywhere on it. Looking first and opening then leaves a moment in
 * which a folder can be swapped for a link: here it is opened first, and what has been opened is asked where it stands.
 */
import { type BigIntStats, constants } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskCalls } from './calls.ts';

/** Linux's flag for a handle on a folder that need not be readable; Node has no name for it. */
const pathOnly = 0o10_000_000;

/** Folders kept open. */
const heldFolders = 32;

interface HeldFolder {
  readonly file: number;
  users: number;
}

export interface WayOptions {
  readonly calls: DiskCalls;
  readonly root: string;
  /** The root with no symbolic link on its own way; one that is changed later is followed. */
  readonly realRoot: string;
  /** Runs what opens something. */
  readonly withDescriptor?: <T>(work: () => Promise<T>) => Promise<T>;
}

export class Way {
  readonly #calls: DiskCalls;
  readonly #root: string;
  readonly #realRoot: string;
  readonly #withDescriptor: <T>(work: () => Promise<T>) => Promise<T>;
  /** Folders that are open, the oldest first; and those that are to be closed once nobody uses them. */
  readonly #held = new Map<string, HeldFolder>();
  readonly #left = new Set<HeldFolder>();
  /** Whether the system says where an open file stands. */
  #canAsk: boolean | undefined;

  constructor({ calls, root, realRoot, withDescriptor = (work) => work() }: WayOptions) {
    this.#calls = calls;
    this.#root = root;
    this.#realRoot = realRoot;
    this.#withDescriptor = withDescriptor;
  }

  /**
   * Opens a file. Throws with code ELOOP at a symbolic link, whether it is the file or a folder above it, and ENOENT when
   * the name was another file's by the time it was open.
   */
  async open(path: string, flags: number): Promise<number> {
    const O_NOFOLLOW = path === '' ? 0 : (constants.O_NOFOLLOW ?? 0);
    const file = await this.#withDescriptor(() =>
      this.#calls.open(join(this.#root, path), flags | O_NOFOLLOW),
    );
    try {
      await this.#confirm(file, path);
      return file;
    } catch (error) {
      await this.#calls.close(file);
      throw error;
    }
  }

  /**
   * Runs work on a folder's entries, whose names are to be joined to the path that it gets: on Linux it leads to the folder
   * that was looked at, whatever becomes of its name meanwhile.
   */
  async within<T>(folder: string, work: (path: string) => Promise<T>): Promise<T> {
    const full = join(this.#root, folder);
    if (!(await this.#asks())) {
      await this.check(folder);
      return work(full);
    }
    const held = await this.#hold(folder);
    const path = `/proc/self/fd/${held.file}`;
    try {
      return await work(path);
    } catch (error) {
      throw named(error, path, full);
    } finally {
      held.users--;
      await this.#letGo(heldFolders);
    }
  }

  /** Closes what is held open. */
  async close(): Promise<void> {
    await this.#letGo(0);
  }

  /** A folder that is open, and stands where its name says. Many files go into one, so that it is kept open for the next. */
  async #hold(folder: string): Promise<HeldFolder> {
    const before = this.#held.get(folder);
    if (before !== undefined) {
      before.users++;
      if ((await this.#calls.pathOf(before.file)) === join(this.#realRoot, folder)) return before;
      before.users--;
      if (this.#held.get(folder) === before) this.#held.delete(folder);
      this.#left.add(before);
    }
    const file = await this.open(folder, pathOnly | constants.O_DIRECTORY).catch(async (error: unknown) => {
      await this.check(folder);
      throw error;
    });
    const held = { file, users: 1 };
    const other = this.#held.get(folder);
    if (other !== undefined) this.#left.add(other);
    this.#held.set(folder, held);
    return held;
  }

  /** Leaves so many folders open, and those that are in use. */
  async #letGo(limit: number): Promise<void> {
    for (const [folder, held] of this.#held) {
      if (this.#held.size <= limit) break;
      this.#held.delete(folder);
      this.#left.add(held);
    }
    for (const held of this.#left) {
      if (held.users > 0) continue;
      this.#left.delete(held);
      await this.#calls.close(held.file);
    }
  }

  /** Throws with code ELOOP when a folder on the way is a symbolic link, or this one itself. */
  async check(folder: string): Promise<void> {
    let path = this.#root;
    for (const segment of folder === '' ? [] : folder.split('/')) {
      path = join(path, segment);
      if ((await this.#calls.lookAt(path)).isSymbolicLink()) throw linkError(path);
    }
  }

  /** False at a symbolic link on the way to a folder, and where there is none any more. */
  async isFree(folder: string): Promise<boolean> {
    return this.check(folder).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === undefined || !['ELOOP', 'ENOENT', 'ENOTDIR'].includes(error.code)) throw error;
        return false;
      },
    );
  }

  async #confirm(file: number, path: string): Promise<void> {
    const full = join(this.#root, path);
    if ((await this.#asks()) && (await this.#calls.pathOf(file)) === join(this.#realRoot, path)) return;
    // Another spelling of it, one that was removed meanwhile, or one behind a link.
    await this.check(path);
    const isSame = (one: BigIntStats, other: BigIntStats): boolean =>
      one.ino === other.ino && one.dev === other.dev;
    if (isSame(await this.#calls.look(file), await this.#calls.lookAt(full))) return;
    throw Object.assign(new Error(`${full} was replaced while it was opened`), { code: 'ENOENT' });
  }

  async #asks(): Promise<boolean> {
    this.#canAsk ??=
      process.platform === 'linux' &&
      (await readlink('/proc/self/cwd').then(
        () => true,
        () => false,
      ));
    return this.#canAsk;
  }
}

function linkError(path: string): Error {
  return Object.assign(new Error(`${path} is a symbolic link: the way is not followed through links`), {
    code: 'ELOOP',
  });
}

/** The system's error with the names that people know. */
function named(error: unknown, path: string, full: string): unknown {
  if (error instanceof Error) error.message = error.message.replaceAll(path, full);
  return error;
}
