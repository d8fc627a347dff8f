/**
 * Where files rest. A source gives files, a sink takes them; all adapters pass the suites in `test/contracts`. Paths are relative, `/` between segments.
 *
 * Who retries: nobody in here. An adapter throws the system's own error (with its `code`), and the owner decides. Any call of a
 * sink may throw SinkLostError: it is not what it was, and is to be opened again.
 */
import type { Attributes } from '../records/attributes.ts';
import type { Over } from './over.ts';
import type { TopicPositions, UnfinishedUpload } from './remembered.ts';
import type { SharedSink } from './shared-sink.ts';
import type { FileLook, SourceFile } from './source-file.ts';
import type { NameRules } from './target-name.ts';
import type { Removal, TreeSink } from './tree-names.ts';

export type { Over } from './over.ts';
export type { ByteRange, ReadRange, TopicPositions, UnfinishedUpload } from './remembered.ts';
export type { FileLook, SourceFile } from './source-file.ts';

/**
 * An open file of a source. Where others may put another file under its name, it either goes on giving the bytes of the one that was
 * opened, or throws `ESTALE`; never those of both.
 */
export interface OpenFile {
  /** The file as this handle sees it, whatever became of its name. */
  look(): Promise<SourceFile>;
  /** Fills `buffer` from `position` on, as far as there are bytes; resolves with how many came (0: the end). One call at a time. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** What a walk leaves out; folders are asked before they are entered. */
export interface Selection {
  file(path: string): boolean;
  folder(path: string): boolean;
}

/** A name that cannot be sent, found by a walk. */
export interface Unsendable {
  readonly path: string;
  readonly reason: string;
}

/** What is so of all files of a source. */
export interface SourceAbilities {
  /** A file that can be seen is whole: it came there at once, and nobody writes to it. */
  readonly appearsWhole: boolean;
}

export interface Source {
  /** The directory or URL, for people. */
  readonly place: string;
  readonly abilities: SourceAbilities;
  /** Of several sources as one: their names, each a folder of the tree. */
  readonly parts?: readonly string[];
  /**
   * Every selected file, in no promised order, looked at once. What vanishes during the walk is left out; what cannot be
   * read is told to `unsendable`, and the walk goes on. Throws when the root itself cannot be read.
   */
  list(selection: Selection, unsendable: (what: Unsendable) => void): AsyncIterable<SourceFile>;
  /** The file as it is now; undefined when there is none, or when it is not a regular file. */
  look(path: string): Promise<SourceFile | undefined>;
  open(path: string): Promise<OpenFile>;
  /**
   * Owner, extended attributes and ACLs, as far as {@link SourceFile.gives} says, however long they are: of whatever stands there now, so that a look
   * behind it tells whether they are this file's. `unread`: names of attributes that could not be read. Undefined where the source has none of any file.
   */
  attributes?(
    file: SourceFile,
  ): Promise<{ readonly attributes: Attributes; readonly unread: readonly string[] }>;
  /**
   * Where a small file can be had without waiting: fills `into`, which is as large as the file is to be, and gives how the file looked
   * behind that. Undefined where anything is otherwise, or fails: {@link open} tells.
   */
  readAtOnce?(path: string, into: Uint8Array): SourceFile | undefined;
  /** True where something stands at a path, or on its way, that this source leaves out: the file may be there. Throws where nobody can know. Default: nothing does. */
  hides?(path: string): Promise<boolean>;
  /** True where a folder stands at a path, also where {@link list} gives none. Default: nothing is known of folders. */
  isFolder?(path: string): Promise<boolean>;
  /**
   * Removes a file, if it still is the one that looked like this: never another. Undefined where the source has no such promise to give.
   */
  removeIfSame?(file: SourceFile): Promise<Removal>;
  /**
   * What stands at the root: equal as long as it is the same folder there, across restarts too. A mount point whose disk is not there
   * has another. Undefined when nothing can be seen there.
   */
  rootId(): Promise<string | undefined>;
  /** True of a path that is not there where that proves nothing: all that it stood among may be missing. Where a source cannot say, {@link rootId} tells. */
  mayBeMissing?(path: string): boolean;
  /** True of a path where a walk has gone through all that it stands among since the last whole walk: what kept that from its end was elsewhere. */
  hasWalked?(path: string): boolean;
  /**
   * Calls `hint` with paths that may have changed, files or folders. Only a hint: lost ones are found by the next walk.
   * `unnoticed` is told, once, when the system has no notices left for all folders, and what would give it more.
   */
  watch(
    hint: (path: string) => void,
    selection: Selection,
    unnoticed?: (message: string) => void,
  ): Promise<{ close(): Promise<void> }>;
}

/** What stands under a final name, as the sink remembers it. */
export interface Published {
  readonly upload: string;
  readonly size: number;
  readonly digest: string;
}

/**
 * What a sink can do with the bytes of a file before they have their final name. A sink says it, and the receiver asks for it in one
 * place, where it begins an upload.
 */
export interface SinkAbilities {
  /**
   * `anywhere`: what is not published is a file. It takes bytes at any position, in any order; it can be read back, and set aside; it
   * outlives the process, as far as {@link UnfinishedUpload.ranges} says.
   *
   * `in-order`: what is not published is on its way. Each byte is taken once, from the first to the last; nobody can read it or set it
   * aside, and a restart begins anew. {@link PartFile.read} and {@link Sink.quarantine} are not to be called.
   */
  readonly writes: 'anywhere' | 'in-order';
  /** What names have to be, so that it can hold them. */
  readonly names: NameRules;
  /** It can give files owners, extended attributes and ACLs. */
  readonly attributes?: true;
  /** A folder below the root into which no file is to be put: what was removed is kept there. */
  readonly reserved?: string | undefined;
  /** Bytes of memory that an upload of a size takes here while it is written to; 0 where bytes go on at once. */
  memoryFor(size: number): number;
}

/** What the temporary file of an upload is to become. */
export interface PartOf {
  readonly target: string;
  readonly size: number;
  /** What its closing record says, once that has come. */
  readonly facts?: () => (FileLook & Pick<Published, 'digest'>) | undefined;
}

/**
 * The temporary file of one upload, beside nobody's final name but on the same file system. It is made by the first call. Once it
 * was there, it is never made again: when it is gone every call throws VanishedError, until {@link Sink.clear}.
 */
export interface PartFile {
  /**
   * All of `bytes` at `position`; in any order, and several at once. Where a sink writes in order, each call begins where the one before
   * it ended, and after that was done. Once it is done, the bytes are the caller's again.
   */
  write(bytes: Uint8Array, position: number): Promise<void>;
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Resolves when everything written so far would survive a power cut. */
  sync(): Promise<void>;
  /**
   * False when somebody else may have changed the file since it was made, or since this was last asked: what stands there now counts
   * from here on, and is to be read back before it is published. Ask it when no write is under way. A place that cannot tell says true.
   */
  isAsWritten(): Promise<boolean>;
  /** Gives the handle back; the bytes stay, and the next call opens it again. */
  close(): Promise<void>;
}

/** What stands under a final name, open to be read, whatever becomes of the name. */
export interface PublishedFile {
  /** Resolves with how many bytes came (0: the end). */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Makes it the temporary file of an upload that has none, without moving its bytes; false where the place cannot do that. */
  cloneTo?(upload: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface FreeSpace {
  readonly bytes: number;
  /** How many more files, of any size; undefined where there is no such limit. */
  readonly files: number | undefined;
}

export interface Sink extends TreeSink {
  readonly place: string;
  /** Random, made with the sink and kept in it: a position belongs to a sink. A copy has another than what it was copied from. */
  readonly id: string;
  /**
   * True when this was found to be a copy of another sink, or put back from a backup: it may lack what the other had. Its
   * {@link positions} are back at where reading began then, for as long as nothing is remembered anew.
   */
  readonly isCopy: boolean;
  /** True where `a` and `A` are one name. */
  readonly caseInsensitive: boolean;
  readonly abilities: SinkAbilities;
  /** Where it was opened for a member of a group. */
  readonly shared?: SharedSink | undefined;

  /** What was published under a final name, if it still stands there as it was. */
  published(target: string): Promise<Published | undefined>;
  /** The upload that was last published under a name, whatever became of it since: an older one is never to replace it. */
  newest(target: string): Promise<string | undefined>;
  /**
   * The digest, by `algorithm:`, of whatever stands under a name; undefined when nothing does, or nothing of this size: what is of another need
   * not be read, and may seem to be terabytes.
   */
  digestOfTarget(target: string, algorithm: string, size?: number): Promise<string | undefined>;
  /**
   * When whatever stands under a name was modified, in decimal nanoseconds, empty where nobody knows; undefined when nothing does, or a folder. Of what
   * was published there and still stands as it was, that is what its record said, also where the place keeps no such time.
   */
  timeOfTarget(target: string): Promise<string | undefined>;
  /** Proves that it can publish `aside`, and throws what is in the way of it. Undefined where it never can. */
  proveAside?(): Promise<void>;
  /** Where it can be read as cheaply as it is written: the file that stands under a name, undefined when none does. Never through a link. */
  openPublished?(target: string): Promise<PublishedFile | undefined>;
  /** Opens (or makes) the temporary file of an upload. Where a sink writes in order, `of` is needed to write. */
  part(upload: string, of?: PartOf): PartFile;
  /**
   * Gives the temporary file its final name: durable before it is visible, replacing what stood there at once. Makes the
   * folders on the way; throws `ELOOP` when one of them is a symbolic link, VanishedError when the temporary file is gone or has
   * another size than was published, TouchedError when {@link PartFile.isAsWritten} would say false, ReplacedError when what stands under
   * the name is not what {@link published} or {@link newest} found there last: it is to be asked about again. `over`: `anything` by default.
   * Resolves with the name that what stood there has now, where it was kept aside.
   */
  publish(
    upload: string,
    target: string,
    look: FileLook,
    published: Published,
    over?: Over,
  ): Promise<string | undefined>;
  /** The same for a small file that is all at hand; a temporary file is made and renamed on the way. */
  publishWhole(
    bytes: Uint8Array,
    target: string,
    look: FileLook,
    published: Published,
    over?: Over,
  ): Promise<string | undefined>;
  /**
   * Notes that what stands under `target` already is this version, and makes it durable; nothing is noted when nothing stands there.
   * `look` is kept too where it stands beside the bytes and not in the file.
   */
  adopt(target: string, published: Published, look?: FileLook): Promise<void>;
  /** Keeps a temporary file under a name that says what is wrong with it. Throws `EEXIST` where anything stands under that name. */
  quarantine(upload: string, target: string): Promise<void>;
  /** Removes the temporary file of an upload that has ended, and forgets it. */
  discard(upload: string): Promise<void>;
  /** Removes the temporary file of an upload that goes on, and is received anew from its first byte. */
  clear(upload: string): Promise<void>;

  /**
   * Uploads that an earlier run left open; temporary files of no such upload are removed. Ranges that a temporary file does
   * not have are left out: it was published, and the run was killed before it could say so; or somebody removed or cut it.
   */
  unfinished(): Promise<readonly UnfinishedUpload[]>;
  /** What {@link checkpoint} was told last, of every topic that was ever read into this sink. */
  positions(): Promise<readonly TopicPositions[]>;
  /**
   * Makes durable what is published and what is open when it is called, in one transaction, names and folders before the notes
   * of them: what is published while it runs is left to the next one. An upload that was published, discarded or set aside
   * is not open, whatever is said here: that may have been found out before. Whatever it says about ranges must be durable
   * already ({@link PartFile.sync}). With `positions`, those partitions of the topic are remembered too; what its reader
   * remembers of other topics of that name on that cluster is forgotten.
   */
  checkpoint(uploads: readonly UnfinishedUpload[], positions?: TopicPositions): Promise<void>;

  /**
   * Writes something small of the sink's own, and removes it: rejects with what keeps everything from being written, and
   * resolves where it can only be the name at hand.
   */
  check(): Promise<void>;
  /** What can still be written; undefined where that cannot be known. */
  freeSpace(): Promise<FreeSpace | undefined>;
  /**
   * Calls `tell` with a sentence for people, once for each thing that the place turns out not to do (times, permissions,
   * durability), found before or later: nothing that a file holds waits for those.
   */
  notices(tell: (message: string) => void): void;
  /** Idempotent. */
  close(): Promise<void>;
}
