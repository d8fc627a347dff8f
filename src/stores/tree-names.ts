/** What of a tree is no file: symbolic links, folders, and names that go. */
import type { Attributes } from '../records/attributes.ts';
import type { Over } from './over.ts';

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
  /** Its own owner. */
  readonly attributes?: Attributes;
}

/** A folder that is to stand at a sink. */
export interface SinkFolder {
  readonly upload: string;
  /** Of these bits a sink sets those of reading, writing and running (0o777), and no others unless it was asked to. */
  readonly mode: number;
  /** Nanoseconds since the epoch, decimal. */
  readonly mtime: string;
  readonly attributes?: Attributes;
}

/** Two names that are to be of one file: of these versions, and of no others. */
export interface JoinWish {
  readonly target: string;
  readonly upload: string;
  readonly other: string;
  readonly of: string;
}

/** `one`: they were already. `apart`: one of them is not what was published there by that upload, or they are not alike. */
export type Joined = 'joined' | 'one' | 'apart';

/** What a sink does with names that are no files. What is undefined it cannot do, and leaves out. */
export interface TreeSink {
  /**
   * Removes what stands under a name, if it is as it was published there, and notes that it went by `upload`, whatever stood there: that is
   * {@link Sink.newest} from now on, and nothing is {@link Sink.published}. Folders that were made for files and have none any more go too. Undefined
   * where what is removed could not be told from what never came: such a sink keeps everything.
   */
  remove?(target: string, upload: string): Promise<RemovedName>;
  /**
   * Puts a symbolic link under a name, in place of what stood there at once, as {@link Sink.publish} does; it is noted that the name is a link's by
   * `upload`. `over`, errors and what it resolves with are those of {@link Sink.publish}. Undefined where there are none.
   */
  link?(target: string, link: SinkLink, over?: Over): Promise<string | undefined>;
  /** What the symbolic link under a name says; undefined where none stands there. */
  linkAt?(target: string): Promise<string | undefined>;
  /**
   * Makes a folder, in the place of a file or link that stands there as it was put; it is noted that the name is a folder's by `upload`, which
   * stays when nothing is in it, until {@link TreeSink.remove}. It has its permissions and time from the next checkpoint on, and again from the one
   * behind whatever the sink changes in it: permissions keep the sink from nothing. False where something else stands there, which stays. Errors on
   * the way are those of {@link Sink.publish}.
   */
  folder?(target: string, folder: SinkFolder): Promise<boolean>;
  /**
   * Makes the file that was published under `other` the one that stands under `target` too, in place of the same content there, at once; where both
   * still are as they were published, by these uploads. Undefined where there are no files with several names.
   */
  join?(wish: JoinWish): Promise<Joined>;
}
