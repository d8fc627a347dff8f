/**
 * Folders that their uploaders told of, with the permissions and times that they have there. Whatever is put into a folder, or goes, changes its
 * time, and permissions may forbid it: so both are given at checkpoints, again behind each change, and what forbids writing is lifted for as long
 * as something is written.
 */
import { chmod, stat, utimes } from 'node:fs/promises';
import { describeError } from '../../errors.ts';
import type { Notices } from '../notices.ts';
import { OtherSpellingError } from '../other-spelling.ts';
import type { SinkFolder } from '../tree-names.ts';
import type { GiveAttributes } from './attributes/give-attributes.ts';
import type { DiskCalls } from './calls.ts';
import { isSameMicrosecond, seconds } from './file-look.ts';
import { type Folders, folderOf } from './folders.ts';
import type { Journal } from './journal.ts';
import { goneEntry, isToldFolder, type JournalEntry, toldFolderEntry } from './journal-entry.ts';
import type { RemovedNames } from './removed-names.ts';
import type { Way } from './way.ts';

export interface ToldFoldersOptions {
  /** The folder of temporary files. */
  readonly parts: string;
  readonly calls: DiskCalls;
  readonly way: Way;
  readonly folders: Folders;
  readonly journal: Journal;
  readonly removed: RemovedNames;
  readonly notices: Notices;
  /** The same for all spellings that are one name there; null where each name has one. */
  readonly folded: (target: string) => string | null;
  /** Another name that stands there, and is one with this one. */
  readonly otherSpelling: (target: string) => string | undefined;
  readonly attributes: GiveAttributes;
}

/** What a folder's owner needs to put something into it, or take it out, and to make that durable; had while that goes on. */
const usable = 0o700;
/** What that takes alone which was changed before. */
const readable = 0o500;
/** Folders known to be writable with all above them. */
const limit = 10_000;
/** What a folder answers that stands where something else is to be. */
const inTheWay = new Set(['EISDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES']);
/** Somebody removed it, or put something else there. */
const lost = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

interface Told {
  readonly folder: string;
  /** Its `size` is the mode. */
  readonly entry: JournalEntry;
}

export class ToldFolders {
  readonly #options: ToldFoldersOptions;
  readonly #free = new Set<string>();
  /** Folder -> how many write into it, or below it, of those whose permissions forbid that. */
  readonly #users = new Map<string, number>();
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ToldFoldersOptions) {
    this.#options = options;
  }

  /** As the contract says of `folder`. */
  async place(target: string, folder: SinkFolder): Promise<boolean> {
    const { calls, folders, journal, removed, way, attributes, folded, otherSpelling } = this.#options;
    await folders.prepare(target);
    const name = target.slice(target.lastIndexOf('/') + 1);
    const look = await folders.within(target, (path) => calls.lookIfThere(`${path}/${name}`));
    const isThere = look?.isDirectory() === true;
    if (look !== undefined && !isThere) {
      const other = otherSpelling(target);
      if (other !== undefined) throw new OtherSpellingError(target, other);
      if (!(await this.#makeRoom(target))) return false;
    }
    // What is known of it may be of one that somebody removed.
    if (!isThere) folders.removed(target);
    await removed.alone(async () => {
      await folders.prepare(`${target}/in it`);
      // Once, for nothing that is put into it changes these.
      const mode = await way.within(target, (path) => attributes.giveFolder(path, folder));
      journal.note(target, toldFolderEntry({ ...folder, mode }, folded(target)));
      // At once, but for what its owner needs until the checkpoint: it may be closed to others, and is about to be filled.
      await this.#setMode(target, mode | usable);
    });
    this.#free.clear();
    folders.touch(target);
    return true;
  }

  /** Runs work that changes the folder of `target`, or puts something under that name itself, whatever the permissions and names of folders are. */
  through<T>(target: string, work: () => Promise<T>): Promise<T> {
    const closed = this.#closedOver(target);
    const inPlace = (): Promise<T> => work().catch((error: unknown) => this.#giveWay(target, work, error));
    return closed.length === 0 ? inPlace() : this.#lifting(closed, inPlace);
  }

  /** Gives changed folders their times and permissions, and has them made durable with `sync`. */
  async settle(changed: readonly string[], sync: () => Promise<void>): Promise<void> {
    // Permissions may have been given back between the change and now, and keep us from what is to be durable.
    const unreadable = this.#told(changed).filter(({ entry }) => (entry.size & readable) !== readable);
    for (const { folder, entry } of unreadable.toSorted((a, b) => a.folder.length - b.folder.length))
      await this.#setMode(folder, entry.size | usable);
    await this.#giveTimes(changed);
    await sync();
    // Behind all else: they may keep us out.
    await this.#giveModes(changed);
  }

  async #lifting<T>(closed: readonly Told[], work: () => Promise<T>): Promise<T> {
    for (const { folder } of closed) this.#users.set(folder, (this.#users.get(folder) ?? 0) + 1);
    try {
      for (const { folder, entry } of closed) await this.#setMode(folder, entry.size | usable);
      return await work();
    } finally {
      for (const { folder } of closed) {
        const left = (this.#users.get(folder) ?? 1) - 1;
        if (left > 0) this.#users.set(folder, left);
        else this.#users.delete(folder);
        this.#options.folders.touch(folder);
      }
    }
  }

  async #giveTimes(changed: readonly string[]): Promise<void> {
    for (const { folder, entry } of this.#told(changed)) {
      const { mtime } = entry;
      await this.#give(folder, async (path) => {
        if (isSameMicrosecond(mtime, (await stat(path, { bigint: true })).mtimeNs)) return;
        const time = seconds(BigInt(mtime));
        await utimes(path, time, time);
      });
    }
  }

  async #giveModes(changed: readonly string[]): Promise<void> {
    // What is below first.
    const told = this.#told(changed).toSorted((a, b) => b.folder.length - a.folder.length);
    for (const { folder, entry } of told) {
      if (this.#users.has(folder)) this.#options.folders.touch(folder);
      else await this.#setMode(folder, entry.size, () => !this.#users.has(folder));
    }
  }

  #told(some: readonly string[]): Told[] {
    return some.flatMap((folder) => {
      const entry = this.#options.journal.published(folder);
      return entry !== undefined && isToldFolder(entry) ? [{ folder, entry }] : [];
    });
  }

  /** Where a folder stands that was told of before, it gives way to a newer version of its name. */
  async #giveWay<T>(target: string, work: () => Promise<T>, error: unknown): Promise<T> {
    const { journal, removed } = this.#options;
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!inTheWay.has(code) || !isToldFolder(journal.published(target))) throw error;
    // It goes now, or with the last file in it.
    const before = journal.published(target);
    journal.note(target, goneEntry(before?.upload ?? '', before));
    await removed.clear(target);
    return work();
  }

  /** Removes the file or link under the name of a folder. False where that is not as it was put there, and stays. */
  async #makeRoom(target: string): Promise<boolean> {
    const { journal, removed, parts } = this.#options;
    return (await removed.removeFile(target, parts, journal.published(target))).result !== 'other';
  }

  /**
   * The folders on the way to a name whose permissions keep their owner out, from above. One of that very name too: it may be about to be none that
   * was told of, and nobody would open it for what goes from it then.
   */
  #closedOver(target: string): Told[] {
    const own = this.#told([target]).filter(isShut);
    const above = folderOf(target);
    if (this.#free.has(above)) return own;
    const ways: string[] = [];
    for (let folder = above; folder !== ''; folder = folderOf(folder)) ways.unshift(folder);
    const found = this.#told(ways).filter(isShut);
    if (found.length === 0 && this.#free.size < limit) this.#free.add(above);
    return [...found, ...own];
  }

  /** One after the other: who lifts permissions comes behind who gives them. `isToStay`: they are, and that is asked right before; durable then. */
  #setMode(folder: string, mode: number, isToStay?: () => boolean): Promise<void> {
    const { calls, attributes } = this.#options;
    const set = async (path: string): Promise<void> => {
      const now = Number((await stat(path)).mode) & 0o7777;
      const wanted = (now & ~attributes.bits) | (mode & attributes.bits);
      if (now === wanted || isToStay?.() === false) return;
      if (isToStay === undefined) return chmod(path, wanted);
      // Opened before: they may keep us out.
      const file = await calls.open(path, 'r').catch(() => undefined);
      try {
        if (isToStay()) await chmod(path, wanted);
        if (file !== undefined) await calls.sync(file);
      } finally {
        if (file !== undefined) await calls.close(file);
      }
    };
    this.#turn = this.#turn.then(() => this.#give(folder, set));
    return this.#turn;
  }

  /** What the path leads to is the folder, whatever becomes of its name. */
  async #give(folder: string, work: (path: string) => Promise<void>): Promise<void> {
    const { way, folders, notices } = this.#options;
    try {
      await way.within(folder, work);
    } catch (error) {
      if (lost.has((error as NodeJS.ErrnoException).code ?? '')) return;
      const what = `${folders.pathOf(folder)} cannot have its permissions and time (${describeError(error)})`;
      notices.say('folder-look', `${what}; nor can others, perhaps`);
    }
  }
}

/** True where a folder's permissions keep its owner from working in it. */
function isShut({ entry }: Told): boolean {
  return (entry.size & usable) !== usable;
}
