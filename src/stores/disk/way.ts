/**
 * The way to a file below a root, without a symbolic link anywhere on it. Looking first and opening then leaves a moment in
 * which a folder can be swapped for a link: here it is opened first, and what has been opened is asked where it stands.
 */
import { type BigIntStats, constants } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskCalls } from './calls.ts';
import { HeldFolders } from './held-folders.ts';
import type { InPlace } from './in-place.ts';

/** Linux's flag for a handle on a folder that need not be readable; Node has no name for it. */
const pathOnly = 0o10_000_000;

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
  readonly #held: HeldFolders;
  /** Whether the system says where an open file stands. */
  #canAsk: boolean | undefined;

  constructor({ calls, root, realRoot, withDescriptor = (work) => work() }: WayOptions) {
    this.#calls = calls;
    this.#root = root;
    this.#realRoot = realRoot;
    this.#withDescriptor = withDescriptor;
    const pathOf = (folder: string): string => join(realRoot, folder);
    this.#held = new HeldFolders({ calls, pathOf, open: (folder) => this.#openFolder(folder) });
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

  /** The same by calls in place; undefined where {@link open} would have to look further. Throws the system's errors. */
  openAtOnce(calls: InPlace, path: string, flags: number): number | undefined {
    if (!this.#canAsk) return undefined;
    const file = calls.open(`${this.#root}/${path}`, flags | (constants.O_NOFOLLOW ?? 0));
    let isIt = false;
    try {
      isIt = calls.pathOf(file) === `${this.#realRoot}/${path}`;
    } finally {
      if (!isIt) calls.close(file);
    }
    return isIt ? file : undefined;
  }

  /** What to give {@link within} for work that begins now. */
  get looks(): number {
    return this.#held.looks;
  }

  /**
   * Runs work on a folder's entries, whose names are to be joined to the path that it gets: on Linux it leads to the folder
   * that was looked at, whatever becomes of its name meanwhile. `since` is what {@link looks} was when that began which the
   * work ends: a look that somebody took after it is as good as another, and many files go into one folder at once.
   */
  async within<T>(folder: string, work: (path: string) => Promise<T>, since = this.looks): Promise<T> {
    if (!(await this.#asks())) {
      await this.check(folder);
      return work(join(this.#root, folder));
    }
    return this.#held.use(folder, since, async (file) => {
      const path = `/proc/self/fd/${file}`;
      try {
        return await work(path);
      } catch (error) {
        throw named(error, path, join(this.#root, folder));
      }
    });
  }

  /** The path that {@link within} gives to its work, where nothing has to be waited for; undefined otherwise. */
  openPathOf(calls: InPlace, folder: string, since: number): string | undefined {
    const file = this.#canAsk ? this.#held.useAtOnce(calls, folder, since) : undefined;
    return file === undefined ? undefined : `/proc/self/fd/${file}`;
  }

  /** Closes the folders that are kept open for the next file; resolves with how many that were. */
  release(): Promise<number> {
    return this.#held.release();
  }

  /** Closes what is held open. */
  close(): Promise<void> {
    return this.#held.close();
  }

  async #openFolder(folder: string): Promise<number> {
    return this.open(folder, pathOnly | constants.O_DIRECTORY).catch(async (error: unknown) => {
      await this.check(folder);
      throw error;
    });
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
