/**
 * Removing what was published, and never what somebody else has put there. Between a look at a name and its removal it may become another
 * file's: it is first given a name in the sink's own folder, looked at again there, and only then removed.
 */
import type { BigIntStats } from 'node:fs';
import { rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Removal, RemovedName, SinkLink } from '../tree-names.ts';
import type { GiveAttributes } from './attributes/give-attributes.ts';
import type { BackupFolder } from './backup-folder.ts';
import type { DiskCalls } from './calls.ts';
import { type Folders, folderOf } from './folders.ts';
import { isAsPut, isMadeFolder, isToldFolder, type JournalEntry } from './journal-entry.ts';
import type { NameKeeper } from './name-keeper.ts';
import { type LinkClaim, putLink } from './put-link.ts';
import type { SinkJournal } from './sink-journal.ts';

export interface RemovedNamesOptions {
  readonly calls: DiskCalls;
  readonly folders: Folders;
  readonly keeper: NameKeeper;
  readonly journal: Pick<SinkJournal, 'published'>;
  readonly backup: BackupFolder | undefined;
  /** Another name that stands there, and is one with this one. */
  readonly otherSpelling: (target: string) => string | undefined;
  readonly attributes: GiveAttributes;
}

export class RemovedNames {
  readonly #options: RemovedNamesOptions;
  #clearing: Promise<void> = Promise.resolve();
  /** Files that were taken aside. */
  #taken = 0;

  constructor(options: RemovedNamesOptions) {
    this.#options = options;
  }

  /** As the contract says of `remove`. */
  async remove(target: string, upload: string): Promise<RemovedName> {
    const { keeper, journal } = this.#options;
    const removed = await keeper.remove(target, upload, (aside, entry) =>
      this.removeFile(target, aside, entry),
    );
    if (removed.result !== 'other')
      await this.clear(isMadeFolder(journal.published(target)) ? target : folderOf(target));
    return removed;
  }

  /** Removes a folder that was made for files, and those above it, if nothing is in them any more. */
  clear(folder: string): Promise<void> {
    return this.alone(() => this.#removeFolders(folder));
  }

  /** Runs work beside which no folder goes: who is not the last in one has to have found that out before the last one looks. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#clearing.then(work);
    this.#clearing = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  /** As the contract says of `link`; `meet` keeps what stands there. */
  link(target: string, link: SinkLink, claim: LinkClaim, meet: () => Promise<void>): Promise<void> {
    const { keeper, calls, folders, attributes } = this.#options;
    const parts = { calls, folders, attributes, isShared: keeper.isShared };
    return keeper.link(target, link.upload, async (aside) => {
      await meet();
      return putLink(parts, aside, target, link, claim);
    });
  }

  /** Takes the file or link under a name away, by way of the folder `aside`; what is not as it was put there stays. */
  async removeFile(target: string, aside: string, entry: JournalEntry | undefined): Promise<RemovedName> {
    const { calls, folders } = this.#options;
    const folder = folderOf(target);
    try {
      return await folders.within(target, async (path) => {
        const full = `${path}/${target.slice(folder.length + 1)}`;
        const look = await calls.lookIfThere(full);
        if (look === undefined) return { result: 'gone' };
        if (look.isDirectory() && (isMadeFolder(entry) || isToldFolder(entry))) return { result: 'gone' };
        if (entry === undefined || !isAsPut(entry, look)) return { result: 'other' };
        const removed = await this.#take(full, target, aside, look);
        folders.touch(folder);
        return removed;
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return { result: 'gone' };
      // What is behind a link is not what was published there.
      if (code === 'ELOOP') return { result: 'other' };
      throw error;
    }
  }

  async #take(full: string, target: string, aside: string, look: BigIntStats): Promise<RemovedName> {
    const { backup, keeper } = this.#options;
    const kept = await backup?.keep(full, target, look, !keeper.isShared);
    const backedUp = backup === undefined || kept === undefined ? {} : { backup: backup.pathOf(kept.kept) };
    if (kept?.isMoved) return { result: 'removed', ...backedUp };
    const taken = join(aside, `removed-${this.#taken++}`);
    const result = await this.#takeAway(full, taken, look);
    return { result, ...(result === 'removed' ? backedUp : {}) };
  }

  async #takeAway(full: string, taken: string, look: BigIntStats): Promise<Removal> {
    const { calls } = this.#options;
    try {
      await calls.rename(full, taken);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return 'gone';
      if (code !== 'EXDEV' || this.#options.keeper.isShared) throw error;
      // Another disk is mounted there: nothing can be taken aside.
      await unlink(full);
      return 'removed';
    }
    const now = await calls.lookAt(taken);
    if (now.ino === look.ino && now.size === look.size && now.mtimeNs === look.mtimeNs) {
      await unlink(taken);
      return 'removed';
    }
    // Somebody was quicker.
    await this.#giveBack(taken, full);
    return 'other';
  }

  /** Never in the place of yet another one: what stays in our own folder is thrown away at the next start. */
  async #giveBack(taken: string, full: string): Promise<void> {
    const { calls } = this.#options;
    for (let count = 0; ; count++) {
      const name = count === 0 ? full : `${full}.~${count}~`;
      try {
        await calls.link(taken, name);
        return await unlink(taken);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
        if ((await calls.lookIfThere(name)) !== undefined) continue;
        // A file system without second names.
        return await calls.rename(taken, name);
      }
    }
  }

  /** Folders that were made for files, and have none any more; the first one of a name is the uploader's, and stays. */
  async #removeFolders(from: string): Promise<void> {
    const { folders, keeper, otherSpelling } = this.#options;
    for (let folder = from; folder.includes('/'); folder = folderOf(folder)) {
      // It is that one by now.
      if (otherSpelling(folder) !== undefined) return;
      const name = folder.slice(folderOf(folder).length + 1);
      const remove = (): Promise<void> =>
        folders
          .within(folder, (path) => rmdir(`${path}/${name}`))
          .catch((error: NodeJS.ErrnoException) => {
            if (error.code !== 'ENOENT') throw error;
          });
      if (!(await keeper.removeFolder(folder, remove))) return;
      folders.removed(folder);
    }
  }
}
