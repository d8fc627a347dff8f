/**
 * Removing a file that was sent, and never one that was not. Between a look at a name and its removal somebody may put another file there;
 * so the file is first given a name that nobody else uses, looked at again under that, and only then removed. What a kill leaves under such a
 * name has its own back at the next walk.
 */
import { link, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceFile } from '../contract.ts';
import type { Removal } from '../tree-names.ts';
import type { DiskCalls } from './calls.ts';
import { OwnChanges } from './own-changes.ts';
import { ownPathOf, takenPathOf } from './taken-name.ts';
import { lookAt } from './walk.ts';

export class TakenFiles {
  readonly #calls: DiskCalls;
  readonly #root: string;
  readonly #changes = new OwnChanges();
  /** Paths that we are at. */
  readonly #under = new Set<string>();

  constructor(calls: DiskCalls, root: string) {
    this.#calls = calls;
    this.#root = root;
  }

  /** Throws the system's error when the file may not be removed: it stands under its name then. */
  async remove(file: SourceFile): Promise<Removal> {
    const found = await lookAt(this.#calls, this.#root, file.path, { followSymlinks: false });
    if (found === undefined) return 'gone';
    if (!isSame(found, file) || !this.#changes.isUntouched(file, found)) return 'other';
    const taken = takenPathOf(file.path);
    this.#under.add(taken);
    try {
      await rename(join(this.#root, file.path), join(this.#root, taken));
      return await this.#removeTaken(taken, file, found);
    } catch (error) {
      // Somebody else was quicker.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
      throw error;
    } finally {
      this.#under.delete(taken);
    }
  }

  async #removeTaken(taken: string, file: SourceFile, found: SourceFile): Promise<Removal> {
    try {
      const now = await lookAt(this.#calls, this.#root, taken, { followSymlinks: false });
      if (now === undefined) return 'other';
      if (isSame(now, file)) {
        await this.#changes.remove(file, found, join(this.#root, taken));
        return 'removed';
      }
    } catch (error) {
      await this.#putBack(taken, file.path).catch(() => {});
      throw error;
    }
    await this.#putBack(taken, file.path);
    return 'other';
  }

  /** Gives a file that a kill left so its name back, and resolves with its path; undefined where that cannot be, or it is being removed. */
  async giveBack(taken: string): Promise<string | undefined> {
    const path = ownPathOf(taken);
    if (path === undefined || this.#under.has(taken)) return undefined;
    try {
      await this.#putBack(taken, path);
      return path;
    } catch {
      return undefined;
    }
  }

  /** Never in the place of another file: `EEXIST` then. */
  async #putBack(taken: string, path: string): Promise<void> {
    const [from, to] = [join(this.#root, taken), join(this.#root, path)];
    try {
      await link(from, to);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const isThere = (await lookAt(this.#calls, this.#root, path, { followSymlinks: false })) !== undefined;
      if (code === 'EEXIST' || code === 'ENOENT' || isThere) throw error;
      // File systems without hard links.
      return rename(from, to);
    }
    await unlink(from);
  }
}

/** The same but for the time of the inode's change, which a new name changes. */
function isSame(one: SourceFile, other: SourceFile): boolean {
  return one.size === other.size && one.mtime === other.mtime && one.inode === other.inode;
}
