/** Who writes names and notes what stands there: a sink that is alone in its folder, or the member of a group. */
import type { BigIntStats } from 'node:fs';
import type { FileLook, Published } from '../contract.ts';
import type { RemovedName } from '../tree-names.ts';
import type { Journal } from './journal.ts';
import { goneEntry, isMadeFolder, type JournalEntry, madeFolderEntry } from './journal-entry.ts';

/** A finished temporary file that is to have a name. */
export interface FinishedFile {
  readonly file: string;
  readonly target: string;
  readonly published: Published;
  readonly look: FileLook;
  /** The modification time that it has, nanoseconds. */
  readonly mtime: bigint;
  readonly folded: string | null;
  /** Told when the file stands where it stood before, after it was on its way to its name, with how it looks then. */
  readonly returned?: (look: BigIntStats) => void;
}

export interface NameKeeper {
  /** Others write there too. */
  readonly isShared: boolean;
  /** What is known of a name; who writes it next goes by that. */
  look(target: string): JournalEntry | undefined;
  /**
   * Gives a file its name by `put`, which is told where it stands by then and resolves with the modification time, where that is another
   * one under the name, and notes it. Throws ReplacedError, with the file where it was, where what {@link look} found does not stand there any more.
   */
  put(file: FinishedFile, put: (from: string) => Promise<bigint | undefined>): Promise<void>;
  /** Notes what stands there already, which looks like this and has this inode. */
  adopt(target: string, entry: JournalEntry, inode: bigint): Promise<void>;
  /** Runs work that takes what stands there away, into a folder, and notes that it went by `upload`. */
  remove(
    target: string,
    upload: string,
    work: (aside: string, entry: JournalEntry | undefined) => Promise<RemovedName>,
  ): Promise<RemovedName>;
  /** Runs work that puts a link there, which it makes in a folder, and notes it. Throws ReplacedError as {@link put} does. */
  link(target: string, upload: string, work: (aside: string) => Promise<JournalEntry>): Promise<void>;
  /** A folder was made for files. */
  madeFolder(folder: string): Promise<void> | void;
  /** Removes a folder that was made for files, by `remove`, if it is empty; false where it stays. */
  removeFolder(folder: string, remove: () => Promise<void>): Promise<boolean>;
}

/** Of a sink that nobody else writes to. */
export class OwnNames implements NameKeeper {
  readonly isShared = false;
  readonly #journal: Journal;
  readonly #parts: string;

  /** `parts`: the folder of temporary files. */
  constructor(journal: Journal, parts: string) {
    this.#journal = journal;
    this.#parts = parts;
  }

  look(target: string): JournalEntry | undefined {
    return this.#journal.published(target);
  }

  async put(
    { file, target, published, look, mtime, folded }: FinishedFile,
    put: (from: string) => Promise<bigint | undefined>,
  ): Promise<void> {
    const moved = await put(file);
    this.#journal.notePublished(target, published, moved ?? mtime, folded, look.mtime);
  }

  async adopt(target: string, entry: JournalEntry): Promise<void> {
    this.#journal.note(target, entry);
    this.#journal.noteGone(entry.upload);
  }

  async remove(
    target: string,
    upload: string,
    work: (aside: string, entry: JournalEntry | undefined) => Promise<RemovedName>,
  ): Promise<RemovedName> {
    const removed = await work(this.#parts, this.#journal.published(target));
    // Asked again: a folder may have been made there since.
    this.#journal.note(target, goneEntry(upload, this.#journal.published(target)));
    return removed;
  }

  async link(target: string, _: string, work: (aside: string) => Promise<JournalEntry>): Promise<void> {
    this.#journal.note(target, await work(this.#parts));
  }

  madeFolder(folder: string): void {
    this.#journal.note(folder, madeFolderEntry(this.#journal.published(folder)));
  }

  async removeFolder(folder: string, remove: () => Promise<void>): Promise<boolean> {
    const entry = this.#journal.published(folder);
    if (!isMadeFolder(entry)) return false;
    // Before it goes: what makes it anew at that very moment says so after us.
    this.#journal.note(folder, goneEntry(entry?.upload ?? ''));
    try {
      await remove();
      return true;
    } catch {
      // Others stand in it; what cannot be removed is in nobody's way.
      this.madeFolder(folder);
      return false;
    }
  }
}
