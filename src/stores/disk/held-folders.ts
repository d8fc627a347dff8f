/** Folders kept open for the files that are to go into them: many go into one, and opening it costs as much as a rename. */
import type { DiskCalls } from './calls.ts';
import { descriptorShare } from './descriptor-share.ts';
import type { InPlace } from './in-place.ts';

/** A folder that is open. */
export interface HeldFolder {
  /** Where it has to stand: its name without a link on the way. */
  readonly path: string;
  readonly file: Promise<number>;
  /** The same, once it is open. */
  opened: number | undefined;
  users: number;
  /** The latest of {@link HeldFolders.looks} that found it there. */
  look: number;
}

export interface HeldFoldersOptions {
  readonly calls: DiskCalls;
  /** Where a folder has to stand. */
  readonly pathOf: (folder: string) => string;
  /** Opens one, where it stands. */
  readonly open: (folder: string) => Promise<number>;
}

export class HeldFolders {
  readonly #options: HeldFoldersOptions;
  /** In the order of their last use; and those that are to be closed once nobody uses them. */
  readonly #held = new Map<string, HeldFolder>();
  readonly #left = new Set<HeldFolder>();
  #limit = descriptorShare();
  #looks = 0;

  constructor(options: HeldFoldersOptions) {
    this.#options = options;
  }

  /** How often folders were asked where they stand. */
  get looks(): number {
    return this.#looks;
  }

  /**
   * Runs work on a folder that is open and stood where its name says, by a look that was begun after `since`, which is one of
   * {@link looks}.
   */
  async use<T>(folder: string, since: number, work: (file: number) => Promise<T>): Promise<T> {
    const held = await this.#take(folder, since);
    try {
      return await work(await held.file);
    } finally {
      held.users--;
      if (this.#left.size > 0 || this.#held.size > this.#limit) await this.#letGo(this.#limit);
    }
  }

  /** The same for work that is done before anything else happens; undefined where the folder is not open, or does not stand there. */
  useAtOnce(calls: InPlace, folder: string, since: number): number | undefined {
    const held = this.#held.get(folder);
    if (held?.opened === undefined) return undefined;
    if (held.look <= since) {
      const look = ++this.#looks;
      if (pathOf(calls, held.opened) !== held.path) return undefined;
      held.look = look;
    }
    this.#held.delete(folder);
    this.#held.set(folder, held);
    return held.opened;
  }

  /** Closes those that are not in use; resolves with how many that were. */
  release(): Promise<number> {
    return this.#letGo(0);
  }

  /** Closes all, now or once nobody uses them. */
  async close(): Promise<void> {
    this.#limit = 0;
    await this.release();
  }

  async #take(folder: string, since: number): Promise<HeldFolder> {
    for (;;) {
      const held = this.#hold(folder);
      held.users++;
      try {
        const file = await held.file;
        if (held.look > since || (await this.#stands(held, file))) return held;
      } catch (error) {
        held.users--;
        throw error;
      }
      held.users--;
      if (this.#held.get(folder) === held) this.#held.delete(folder);
      this.#left.add(held);
    }
  }

  /** The folder is open already, or is being opened for somebody else, or for this. */
  #hold(folder: string): HeldFolder {
    const before = this.#held.get(folder);
    if (before !== undefined) {
      this.#held.delete(folder);
      this.#held.set(folder, before);
      return before;
    }
    const { pathOf, open } = this.#options;
    const look = ++this.#looks;
    const held: HeldFolder = { path: pathOf(folder), file: open(folder), opened: undefined, users: 0, look };
    held.file.then(
      (file) => {
        held.opened = file;
      },
      () => this.#held.get(folder) === held && this.#held.delete(folder),
    );
    this.#held.set(folder, held);
    return held;
  }

  async #stands(held: HeldFolder, file: number): Promise<boolean> {
    const look = ++this.#looks;
    if ((await this.#options.calls.pathOf(file)) !== held.path) return false;
    held.look = Math.max(held.look, look);
    return true;
  }

  /** Leaves so many open, and those that are in use; resolves with how many were closed. */
  async #letGo(limit: number): Promise<number> {
    for (const [folder, held] of this.#held) {
      if (this.#held.size <= limit) break;
      this.#held.delete(folder);
      this.#left.add(held);
    }
    let closed = 0;
    for (const held of this.#left) {
      if (held.users > 0) continue;
      this.#left.delete(held);
      const file = await held.file.catch(() => undefined);
      if (file === undefined) continue;
      await this.#options.calls.close(file);
      closed++;
    }
    return closed;
  }
}

/** Where an open folder stands; undefined when the system does not say. */
function pathOf(calls: InPlace, file: number): string | undefined {
  try {
    return calls.pathOf(file);
  } catch {
    return undefined;
  }
}
