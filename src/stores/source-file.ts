/** How files look: at a source, and as they are to look at a sink. */
import type { Attributes } from '../records/attributes.ts';
import type { AttributeWish } from './attribute-wish.ts';

/** How a published file is to look, as far as the place of the sink can. */
export interface FileLook {
  /** Nanoseconds since the epoch, decimal. */
  readonly mtime: string;
  /** Of these bits a sink sets those of reading, writing and running (0o777), and no others unless it was asked to. */
  readonly mode: number;
  /** A sink sets of them what it was asked to, as far as its place can. */
  readonly attributes?: Attributes;
}

/** How a file looks now; equal fingerprints mean: not written to in between. */
export interface SourceFile {
  readonly path: string;
  readonly size: number;
  /** Nanoseconds since the epoch, decimal: modification, and change of the inode. */
  readonly mtime: string;
  readonly ctime: string;
  readonly inode: string;
  /** Permission bits, at most 0o7777. */
  readonly mode: number;
  /** What a symbolic link points to, of one that is kept as that: it has no bytes. */
  readonly link?: string;
  /** Of a file with several names: what is equal of these, and of no other's. */
  readonly body?: string;
  /** A folder, of a source that gives those too: it has no bytes. The root's path is {@link rootPath}. */
  readonly isFolder?: true;
  /** Which attributes {@link Source.attributes} has of it. Default: none. */
  readonly gives?: AttributeWish | undefined;
  /** `UID:GID`, where the source was asked for owners. */
  readonly owner?: string;
  /** What {@link Source.attributes} said of it, as far as records have room. */
  readonly attributes?: Attributes;
  /** Where the store's own times are those of its copy: how the file looked where it came from. Only an open file is sure to have it. */
  readonly kept?: FileLook;
}
