/** Open temporary files, at most so many at once: hundreds of uploads may be open, file descriptors are few. */
import { constants } from 'node:fs';
import { chmod, lstat } from 'node:fs/promises';
import { describeError } from '../../errors.ts';
import { VanishedError } from '../vanished.ts';
import type { DiskCalls } from './calls.ts';
import { PartWatch, type Stamp } from './part-watch.ts';

/** A temporary file that is open. */
export interface OpenPart {
  readonly descriptor: number;
  readonly watch: PartWatch;
  /** The farthest that it has been written to since it was opened, or is being written to. */
  end: number;
  /** Writes that are under way, beside each other. */
  readonly writing: Set<Promise<void>>;
  /** Settles with the last of those that come one after the other; set where the file takes nothing behind its end. */
  turn: Promise<void> | undefined;
}

interface Entry {
  readonly part: Promise<OpenPart>;
  users: number;
  /** Resolves when nobody uses it, once somebody waits for that. */
  idle: PromiseWithResolvers<void> | undefined;
}

export interface HandlesOptions {
  readonly calls: DiskCalls;
  readonly limit: number;
  /** Whether the look of a file tells that it was changed. */
  readonly keepsStamps: boolean;
  /** Called when a file was made. */
  readonly made: () => void;
  /** Closes what can be done without; resolves with how many descriptors that gave back. */
  readonly spare: () => Promise<number>;
  /** Called when the system had no descriptor left, with how many files are open at once from then on. */
  readonly lowered: (limit: number, cause: unknown) => void;
}

export class Handles {
  readonly #options: HandlesOptions;
  #limit: number;
  /** In the order of their last use. */
  readonly #open = new Map<string, Entry>();
  /** Files that are there, as far as we know: made anew, they would have holes where bytes were. */
  readonly #known = new Map<string, PartWatch>();
  /** Files whose bytes were made durable: what was told of them since may rely on that. */
  readonly #relied = new Set<string>();
  /** Files of which the system said at their closing that it could not keep what was written. */
  readonly #lost = new Map<string, unknown>();
  /** Those that wait for one of the open files to be idle, for theirs is not open. */
  readonly #waiting: (() => void)[] = [];
  /** Files that are being closed. */
  #closing = 0;

  constructor(options: HandlesOptions) {
    this.#options = options;
    this.#limit = options.limit;
  }

  /** The file was made by other means than these, whole. */
  isMade(file: string): void {
    this.#options.made();
    this.expect(file);
  }

  /** From now on the file is one that is there. */
  expect(file: string): void {
    this.#known.set(file, this.#newWatch());
    this.rely(file);
  }

  /** We have given a file, which is not open, another name and its own again: it looks so since. */
  returned(file: string, look: Stamp): void {
    this.#known.get(file)?.leave(look);
  }

  /** From now on its bytes are not to be lost. To be called before they are made durable. */
  rely(file: string): void {
    this.#relied.add(file);
  }

  isRelied(file: string): boolean {
    return this.#relied.has(file);
  }

  /**
   * Runs `work`, which uses no other file here, on the file, which stays open for the next call while there is room. A file that was
   * never used is made. Throws VanishedError for one that was, and is gone.
   */
  async use<T>(file: string, work: (part: OpenPart) => Promise<T>): Promise<T> {
    while (!this.#open.has(file) && this.#open.size + this.#closing >= this.#limit) await this.#makeRoom();
    const entry = this.#take(file);
    try {
      return await work(await entry.part);
    } finally {
      if (--entry.users === 0) {
        entry.idle?.resolve();
        this.#letNext();
      }
      this.#shrink(this.#limit);
    }
  }

  #letNext(): void {
    this.#waiting.shift()?.();
  }

  /** Resolves once one of the open files was closed, or may be. */
  async #makeRoom(): Promise<void> {
    const [closing] = this.#shrink(this.#limit - 1 - this.#closing);
    await (closing ?? new Promise<void>((resolve) => this.#waiting.push(resolve)));
  }

  /** Closes the file once nobody uses it. Throws when the system could not keep what was written. */
  async close(file: string): Promise<void> {
    const entry = this.#open.get(file);
    if (entry !== undefined) await this.#close(file, entry);
  }

  /** Closes the file, and forgets that it is there. */
  async end(file: string): Promise<void> {
    try {
      await this.close(file);
    } finally {
      this.#known.delete(file);
      this.#relied.delete(file);
      this.#lost.delete(file);
    }
  }

  async closeAll(): Promise<void> {
    await Promise.allSettled([...this.#open.keys()].map((file) => this.close(file)));
  }

  /**
   * Runs work that opens something. When the system has no descriptor left, what can be done without is closed; then idle
   * files, and fewer are open at once from then on. With none to close its error is thrown.
   */
  async withDescriptor<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EMFILE' && code !== 'ENFILE') throw error;
        if ((await this.#options.spare()) > 0) continue;
        const [closing] = this.#shrink(Math.floor(this.#open.size / 2));
        if (closing === undefined) throw error;
        this.#limit = Math.max(1, Math.min(this.#limit, this.#open.size));
        this.#options.lowered(this.#limit, error);
        await closing;
      }
    }
  }

  #take(file: string): Entry {
    let entry = this.#open.get(file);
    if (entry === undefined) {
      const part = this.withDescriptor(() => this.#openFile(file));
      const opened: Entry = { part, users: 0, idle: undefined };
      part.catch(() => this.#open.get(file) === opened && this.#open.delete(file));
      entry = opened;
    } else {
      this.#open.delete(file);
    }
    this.#open.set(file, entry);
    entry.users++;
    return entry;
  }

  async #openFile(file: string): Promise<OpenPart> {
    const lost = this.#lost.get(file);
    if (lost !== undefined) throw lost;
    const isKnown = this.#known.has(file);
    const watch = this.#known.get(file) ?? this.#newWatch();
    // O_NOFOLLOW: the folder is ours, but whoever may write there must not lead us out of it.
    const flags = constants.O_RDWR | (isKnown ? 0 : constants.O_CREAT) | (constants.O_NOFOLLOW ?? 0);
    try {
      const descriptor = await this.#openOwn(file, flags, watch);
      if (!isKnown) this.#options.made();
      this.#known.set(file, watch);
      return { descriptor, watch, end: 0, writing: new Set(), turn: undefined };
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (!isKnown || (code !== 'ENOENT' && code !== 'EACCES')) throw cause;
      const what = code === 'ENOENT' ? 'removed' : 'took the right to read';
      throw new VanishedError(`somebody ${what} its temporary file ${file}`, { cause });
    }
  }

  /** A run that was killed while it published the file has given it its final permissions, which may keep out its owner. */
  async #openOwn(file: string, flags: number, watch: PartWatch): Promise<number> {
    const { calls } = this.#options;
    try {
      return await calls.open(file, flags, 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
      const stats = await lstat(file, { bigint: true }).catch(() => undefined);
      if (
        !stats?.isFile() ||
        !(await chmod(file, 0o600).then(
          () => true,
          () => false,
        ))
      )
        throw error;
      watch.meet(stats);
      const descriptor = await calls.open(file, flags, 0o600);
      watch.leave(await calls.look(descriptor));
      return descriptor;
    }
  }

  #newWatch(): PartWatch {
    return new PartWatch(this.#options.keepsStamps);
  }

  /** Closes idle files until so many are open; their closing. */
  #shrink(limit: number): Promise<void>[] {
    const closing: Promise<void>[] = [];
    for (const [file, entry] of this.#open) {
      if (this.#open.size <= limit) break;
      if (entry.users > 0) continue;
      // What the system could not keep is told at the next use: nobody waits for this.
      closing.push(this.#close(file, entry).catch(() => {}));
    }
    return closing;
  }

  async #close(file: string, entry: Entry): Promise<void> {
    this.#open.delete(file);
    this.#closing++;
    try {
      if (entry.users > 0) {
        entry.idle ??= Promise.withResolvers();
        await entry.idle.promise;
      }
      const { descriptor } = await entry.part;
      await this.#options.calls.close(descriptor).catch((error: unknown) => {
        this.#lost.set(file, error);
        throw error;
      });
    } finally {
      this.#closing--;
      this.#letNext();
    }
  }
}

/** What is said when so few descriptors are left that fewer files must be open. */
export function fewerFilesText(limit: number, cause: unknown): string {
  return `too many files are open (${describeError(cause)}): from now on at most ${limit} temporary files at once; raise the limit (ulimit -n) if uploads become slow`;
}
