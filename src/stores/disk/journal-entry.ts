/** What a sink's journal says of one name: that a file was published there, that it went, or that a folder was made there for files. */
import type { Published } from '../contract.ts';

/** A version, and the modification time that its file had when it was published. */
export interface JournalEntry extends Published {
  readonly mtime: string;
  readonly folded: string | null;
  /** The time that its record says, where the file system made another of it. */
  readonly modified: string | null;
}

/** In the place of a digest, where no file was published. */
const [gone, folder] = ['', 'folder'];

const nothing = { size: 0, mtime: '0', folded: null, modified: null };

/** A name that went, by this upload. */
export function goneEntry(upload: string): JournalEntry {
  return { upload, digest: gone, ...nothing };
}

/** A folder that was made for files; the upload is the newest that the name had, if any. */
export function madeFolderEntry(upload: string): JournalEntry {
  return { upload, digest: folder, ...nothing };
}

/** True for a folder that the sink made, and that may go when it is empty. */
export function isMadeFolder(entry: JournalEntry | undefined): boolean {
  return entry?.digest === folder;
}

/** True for a file that was published, and is not known to have gone. */
export function isFile({ digest }: JournalEntry): boolean {
  return digest !== gone && digest !== folder;
}
