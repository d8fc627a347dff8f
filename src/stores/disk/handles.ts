/** Open temporary files, at most so many at once: hundreds of uploads may be open, file descriptors are few. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { VanishedError } from '../vanished.ts';

interface Entry {
  readonly handle: Promise<FileHandle>;
  users: number;
}

export class Handles {
  readonly #limit: number;
  readonly #made: () => void;
  /** In the order of their last use. */
  readonly #open = new Map<string, Entry>();
  /** Files that are there, as far as we know: made anew, they would have holes where bytes were. */
  readonly #known = new Set<string>();

  /** `made` is called when a file was made. */
  constructor(limit: number, made: () => void) {
    this.#limit = limit;
    this.#made = made;
  }

  /** From now on the file is one that is there. */
  expect(file: string): void {
    this.#known.add(file);
  }

  /**
   * Runs `work` on the file; the handle stays open for the next call while there is room. A file that was never used is made.
   * Throws VanishedError for one that was, and is gone.
   */
  async use<T>(file: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    const entry = this.#take(file);
    try {
      return await work(await entry.handle);
    } finally {
      entry.users--;
      this.#shrink();
    }
  }

  /** Closes the file once nobody uses it. */
  async close(file: string): Promise<void> {
    const entry = this.#open.get(file);
    if (entry === undefined) return;
    this.#open.delete(file);
    await (await entry.handle).close();
  }

  /** Closes the file, and forgets that it is there. */
  async end(file: string): Promise<void> {
    try {
      await this.close(file);
    } finally {
      this.#known.delete(file);
    }
  }

  async closeAll(): Promise<void> {
    await Promise.allSettled([...this.#open.keys()].map((file) => this.close(file)));
  }

  #take(file: string): Entry {
    let entry = this.#open.get(file);
    if (entry === undefined) {
      entry = { handle: this.#openFile(file), users: 0 };
      entry.handle.catch(() => this.#open.delete(file));
    } else {
      this.#open.delete(file);
    }
    this.#open.set(file, entry);
    entry.users++;
    return entry;
  }

  async #openFile(file: string): Promise<FileHandle> {
    const isKnown = this.#known.has(file);
    // O_NOFOLLOW: the folder is ours, but whoever may write there must not lead us out of it.
    const flags = constants.O_RDWR | (isKnown ? 0 : constants.O_CREAT) | (constants.O_NOFOLLOW ?? 0);
    try {
      const handle = await open(file, flags, 0o600);
      if (!isKnown) this.#made();
      this.#known.add(file);
      return handle;
    } catch (cause) {
      if (!isKnown || (cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      throw new VanishedError(`somebody removed its temporary file ${file}`, { cause });
    }
  }

  #shrink(): void {
    if (this.#open.size <= this.#limit) return;
    for (const [file, entry] of this.#open) {
      if (entry.users > 0) continue;
      this.#open.delete(file);
      void entry.handle.then((handle) => handle.close());
      if (this.#open.size <= this.#limit) return;
    }
  }
}
