/** Putting a symbolic link under a name: it is made aside, and renamed. */
import { lutimes, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ReplacedError } from '../replaced.ts';
import type { SinkLink } from '../tree-names.ts';
import type { GiveAttributes } from './attributes/give-attributes.ts';
import type { DiskCalls } from './calls.ts';
import { type Folders, folderOf } from './folders.ts';
import { type JournalEntry, linkEntry } from './journal-entry.ts';

export interface PutLinkParts {
  readonly calls: DiskCalls;
  readonly folders: Folders;
  readonly attributes: GiveAttributes;
  /** Others write there too. */
  readonly isShared: boolean;
}

/** A name that is to be a link. */
export interface LinkClaim {
  /** All its spellings as one, where they are one name there. */
  readonly folded: string | null;
  /** It is put there only where nothing stands. */
  readonly ifFree: boolean;
}

/** Links that this process has made aside. */
let made = 0;

/** As the contract says of `link`; it is made in the folder `parts`. Resolves with what is to be noted. Throws the system's errors, as where a folder stands there, and ReplacedError. */
export async function putLink(
  { calls, folders, attributes: give, isShared }: PutLinkParts,
  parts: string,
  target: string,
  { upload, to, mtime, attributes }: SinkLink,
  { folded, ifFree }: LinkClaim,
): Promise<JournalEntry> {
  // Whoever writes records may give many names one id: what one of them points to may lead out from another.
  const aside = join(parts, `link-${upload}-${made++}`);
  const folder = folderOf(target);
  await rm(aside, { force: true });
  await symlink(to, aside);
  try {
    await give.giveLink(aside, attributes);
    // As far as the system has times of links.
    const seconds = Number(BigInt(mtime) / 1000n) / 1e6;
    await lutimes(aside, seconds, seconds).catch(() => {});
    // Before it is there: what is looked at under its name may be somebody else's.
    const { size, mtimeNs, ino } = await calls.lookAt(aside);
    await folders.prepare(target);
    await folders.within(target, async (path) => {
      const full = `${path}/${target.slice(folder.length + 1)}`;
      if (ifFree && isShared) await linkFree(calls, aside, full);
      else {
        if (ifFree) await claimFree(calls, () => symlink(to, full), full);
        await rename(aside, full);
      }
      folders.touch(folder);
    });
    const inode = isShared ? { inode: String(ino) } : {};
    return linkEntry({ upload, size: Number(size), mtime: String(mtimeNs), folded, ...inode });
  } finally {
    await rm(aside, { force: true });
  }
}

/** Making a link replaces nothing. A folder is met by whoever renames. */
async function claimFree(calls: DiskCalls, claim: () => Promise<void>, full: string): Promise<void> {
  try {
    await claim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const standing = await calls.lookIfThere(full);
    if (!standing?.isDirectory()) throw new ReplacedError(`${full} stands there by now`);
  }
}

/** By a second name of the one that was made: it can only be there for as long as our turn is. */
async function linkFree(calls: DiskCalls, aside: string, full: string): Promise<void> {
  await claimFree(calls, () => calls.link(aside, full), full);
}
