/**
 * What a sink's journal says of one name: that a file was published there, that it went, that a folder was made there for files, or that it is a
 * folder at its source.
 */
import type { BigIntStats } from 'node:fs';
import type { Published } from '../contract.ts';
import type { SinkFolder } from '../tree-names.ts';
import { isSameTime } from './file-look.ts';

/** A version, and the modification time that its file had when it was published. */
export interface JournalEntry extends Published {
  readonly mtime: string;
  readonly folded: string | null;
  /** The time that its record says, where the file system made another of it. */
  readonly modified: string | null;
  /** Of what was put there, where others write to the folder too. */
  readonly inode?: string;
}

/** In the place of a digest, where no file was published. */
const [gone, folder, link, told] = ['', 'folder', 'link', 'told folder'];

const nothing = { size: 0, mtime: '0', folded: null, modified: null };

/** What the contract has of a file. */
export function publishedOf({ upload, size, digest }: JournalEntry): Published {
  return { upload, size, digest };
}

/** A name that went, by this upload; of a folder that stands there it is told too, and is one still, which goes when nothing is in it. */
export function goneEntry(upload: string, before?: JournalEntry): JournalEntry {
  const isFolder = isMadeFolder(before) || isToldFolder(before);
  return { upload, digest: isFolder ? folder : gone, ...nothing };
}

/** A folder that was made for files. What is known of versions of its name stays, and so does one that is to be a folder. */
export function madeFolderEntry(before: JournalEntry | undefined): JournalEntry {
  if (before?.digest === told) return before;
  return { upload: before?.upload ?? '', digest: folder, ...nothing };
}

/** A symbolic link, as it was put there. */
export function linkEntry(put: {
  readonly upload: string;
  readonly size: number;
  readonly mtime: string;
  readonly folded: string | null;
  readonly inode?: string;
}): JournalEntry {
  return { ...put, digest: link, modified: null };
}

export function isLink(entry: JournalEntry | undefined): boolean {
  return entry?.digest === link;
}

/** True for a folder that the sink made, and that may go when it is empty. */
export function isMadeFolder(entry: JournalEntry | undefined): boolean {
  return entry?.digest === folder;
}

/** A folder that its uploader told of, with what it is to look like; the mode stands in the place of a size. */
export function toldFolderEntry({ upload, mode, mtime }: SinkFolder, folded: string | null): JournalEntry {
  return { ...nothing, upload, digest: told, size: mode, mtime, folded };
}

/** True for a folder that stays while nothing is in it, for its uploader told of it. */
export function isToldFolder(entry: JournalEntry | undefined): boolean {
  return entry?.digest === told;
}

/** True where what stands there is what was put there. */
export function isAsPut(entry: JournalEntry, look: BigIntStats): boolean {
  const isOfItsKind = isLink(entry) ? look.isSymbolicLink() : isFile(entry) && look.isFile();
  return isOfItsKind && isSameLook(entry, look);
}

/** True for a look of this size, time, and, where it is known, inode. */
export function isSameLook(
  { size, mtime, inode }: Pick<JournalEntry, 'size' | 'mtime' | 'inode'>,
  look: BigIntStats,
): boolean {
  if (inode !== undefined && inode !== String(look.ino)) return false;
  return look.size === BigInt(size) && isSameTime(mtime, look.mtimeNs);
}

/** True for a file that was published, and is not known to have gone. */
export function isFile({ digest }: JournalEntry): boolean {
  return digest !== gone && digest !== folder && digest !== link && digest !== told;
}
