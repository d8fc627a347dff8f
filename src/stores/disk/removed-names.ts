/**
 * Removing what was published, and never what somebody else has put there. Between a look at a name and its removal it may become another
 * file's: it is first given a name in the sink's own folder, looked at again there, and only then removed.
 */
import type { BigIntStats } from 'node:fs';
import { rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Removal, RemovedName, SinkLink } from '../tree-names.ts';
import type { BackupFolder } from './backup-folder.ts';
import type { DiskCalls } from './calls.ts';
import { type Folders, folderOf } from './folders.ts';
import type { Journal } from './journal.ts';
import { goneEntry, isAsPut, isMadeFolder, type JournalEntry, madeFolderEntry } from './journal-entry.ts';
import { type LinkClaim, putLink } from './put-link.ts';

export interface RemovedNamesOptions {
  readonly calls: DiskCalls;
  /** The folder of temporary files. */
  readonly parts: string;
  readonly folders: Folders;
  readonly journal: Journal;
  readonly backup: BackupFolder | undefined;
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
    const { journal } = this.#options;
    const removed = await this.#removeFile(target, upload, journal.published(target));
    // Asked again: a folder may have been made there since.
    journal.note(target, goneEntry(upload, journal.published(target)));
    if (removed.result !== 'other') {
      // One after the other: who is not the last in a folder has to have found that out before the last one looks.
      this.#clearing = this.#clearing.then(() => this.#removeFolders(folderOf(target)));
      await this.#clearing;
    }
    return removed;
  }

  /** As the contract says of `link`. */
  link(target: string, link: SinkLink, claim: LinkClaim): Promise<void> {
    return putLink(this.#options, target, link, claim);
  }

  async #removeFile(target: string, upload: string, entry: JournalEntry | undefined): Promise<RemovedName> {
    const { calls, folders } = this.#options;
    const folder = folderOf(target);
    try {
      return await folders.within(target, async (path) => {
        const full = `${path}/${target.slice(folder.length + 1)}`;
        const look = await calls.lookIfThere(full);
        if (look === undefined) return { result: 'gone' };
        if (isMadeFolder(entry) && look.isDirectory()) return { result: 'gone' };
        if (entry === undefined || !isAsPut(entry, look)) return { result: 'other' };
        const removed = await this.#take(full, target, upload, look);
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

  async #take(full: string, target: string, upload: string, look: BigIntStats): Promise<RemovedName> {
    const { parts, backup } = this.#options;
    const kept = await backup?.keep(full, target, look);
    const backedUp = backup === undefined || kept === undefined ? {} : { backup: backup.pathOf(kept.kept) };
    if (kept?.isMoved) return { result: 'removed', ...backedUp };
    // Whoever writes records may give many names one id.
    const taken = join(parts, `removed-${upload}-${this.#taken++}`);
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
      if (code !== 'EXDEV') throw error;
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
    const { folders, journal } = this.#options;
    for (let folder = from; folder.includes('/'); folder = folderOf(folder)) {
      const entry = journal.published(folder);
      if (!isMadeFolder(entry)) return;
      const name = folder.slice(folderOf(folder).length + 1);
      // Before it goes: what makes it anew at that very moment says so after us.
      journal.note(folder, goneEntry(entry?.upload ?? ''));
      try {
        await folders.within(folder, (path) => rmdir(`${path}/${name}`));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
          // Others stand in it; what cannot be removed is in nobody's way.
          journal.note(folder, madeFolderEntry(journal.published(folder)));
          return;
        }
      }
      folders.removed(folder);
    }
  }
}
