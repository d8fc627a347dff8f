/** Two names that were published become names of one file: a second name of the one is made aside, and renamed over the other. */
import { link, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Joined, JoinWish } from '../tree-names.ts';
import type { DiskCalls } from './calls.ts';
import { isSameTime } from './file-look.ts';
import { type Folders, folderOf } from './folders.ts';
import type { Journal } from './journal.ts';
import { isAsPut, isFile, type JournalEntry } from './journal-entry.ts';

export interface JoinNamesParts {
  readonly calls: DiskCalls;
  /** The folder of temporary files. */
  readonly parts: string;
  readonly folders: Folders;
  readonly journal: Journal;
}

/** Names that this process has made aside. */
let made = 0;

/** As the contract says of `join`. Never through a link: what was made aside is looked at before it gets the name. */
export async function joinNames(
  { calls, parts, folders, journal }: JoinNamesParts,
  { target, upload, other, of }: JoinWish,
): Promise<Joined> {
  const [entry, source] = [journal.published(target), journal.published(other)];
  if (entry?.upload !== upload || source?.upload !== of || !isAlike(entry, source)) return 'apart';
  const aside = join(parts, `joined-${made++}`);
  const inFolder = <T>(name: string, work: (path: string) => Promise<T>): Promise<T> =>
    folders.within(name, (path) => work(`${path}/${name.slice(folderOf(name).length + 1)}`));
  await rm(aside, { force: true });
  try {
    await inFolder(other, (path) => link(path, aside));
    const look = await calls.lookAt(aside);
    if (!isAsPut(source, look)) return 'apart';
    return await inFolder(target, async (path) => {
      const standing = await calls.lookIfThere(path);
      if (standing === undefined || !isAsPut(entry, standing)) return 'apart';
      if (standing.ino === look.ino && standing.dev === look.dev) return 'one';
      await rename(aside, path);
      folders.touch(folderOf(target));
      journal.note(target, { ...entry, mtime: String(look.mtimeNs), modified: source.modified });
      return 'joined';
    });
  } catch (error) {
    // Somebody removed one of them, or the way to it leads over a link.
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code)) return 'apart';
    throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

/** True for two files of the same content and time: whatever a record says, no others are made one. */
function isAlike(one: JournalEntry, other: JournalEntry): boolean {
  if (!isFile(one) || !isFile(other)) return false;
  return one.size === other.size && one.digest === other.digest && isSameTime(one.mtime, BigInt(other.mtime));
}
