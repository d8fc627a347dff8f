/** What of a tree is no file: symbolic links, and names that go. */

/** What becomes of symbolic links of a folder: they are left out, what they point to is sent in their place, or they are sent themselves. */
export const linkChoices = ['skip', 'follow', 'keep'] as const;
export type LinkChoice = (typeof linkChoices)[number];

/** What became of a file that was to be removed. `other`: another one stands under its name by now, and stays. */
export type Removal = 'removed' | 'other' | 'gone';

/** What became of a name at a sink that was to go. */
export interface RemovedName {
  readonly result: Removal;
  /** Where the file is kept now, for people. */
  readonly backup?: string;
}

/** A symbolic link that is to stand at a sink. */
export interface SinkLink {
  readonly upload: string;
  readonly to: string;
  /** Nanoseconds since the epoch, decimal. */
  readonly mtime: string;
}
