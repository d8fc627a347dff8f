/** Open temporary files, at most so many at once: hundreds of uploads may be open, file descriptors are few. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

interface Entry {
  readonly handle: Promise<FileHandle>;
  users: number;
}

export class Handles {
  readonly #limit: number;
  /** In the order of their last use. */
  readonly #open = new Map<string, Entry>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs `work` on the file, made when missing; the handle stays open for the next call while there is room. */
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

  async closeAll(): Promise<void> {
    await Promise.allSettled([...this.#open.keys()].map((file) => this.close(file)));
  }

  #take(file: string): Entry {
    let entry = this.#open.get(file);
    if (entry === undefined) {
      // O_NOFOLLOW: the folder is ours, but whoever may write there must not lead us out of it.
      const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
      entry = { handle: open(file, flags, 0o600), users: 0 };
      entry.handle.catch(() => this.#open.delete(file));
    } else {
      this.#open.delete(file);
    }
    this.#open.set(file, entry);
    entry.users++;
    return entry;
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
