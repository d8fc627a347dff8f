/**
 * Which remembered file has a content: by its digest, and by the inode that it had. An index beside what is remembered, in some hundred bytes a file;
 * what it finds is to be compared with that. No I/O.
 */
import type { FileState } from '../../records/state-record.ts';

/** Of a digest so many hexadecimal digits are kept, as one number: what agrees in them is compared in full. */
const digits = 12;

export class KnownContents {
  readonly #paths = new Map<number, string>();
  readonly #inodes = new Map<string, string>();
  /** How many files have a size. */
  readonly #sizes = new Map<number, number>();

  /** A path is remembered so from now on; undefined: no longer. */
  change(path: string, before: FileState | undefined, after: FileState | undefined): void {
    if (hasContent(before)) this.#remove(path, before);
    if (hasContent(after)) this.#add(path, after);
  }

  /** True when a file of so many bytes is remembered. */
  hasSize(size: number): boolean {
    return this.#sizes.has(size);
  }

  /** A path that is likely to have it. */
  withDigest(digest: string): string | undefined {
    return this.#paths.get(keyOf(digest));
  }

  /** The path under which an inode was seen last. */
  withInode(inode: string): string | undefined {
    return this.#inodes.get(inode);
  }

  #add(path: string, { digest, fingerprint: { size, inode } }: WithContent): void {
    this.#paths.set(keyOf(digest), path);
    if (inode !== '') this.#inodes.set(inode, path);
    this.#sizes.set(size, (this.#sizes.get(size) ?? 0) + 1);
  }

  #remove(path: string, { digest, fingerprint: { size, inode } }: WithContent): void {
    const key = keyOf(digest);
    if (this.#paths.get(key) === path) this.#paths.delete(key);
    if (this.#inodes.get(inode) === path) this.#inodes.delete(inode);
    const count = (this.#sizes.get(size) ?? 1) - 1;
    if (count === 0) this.#sizes.delete(size);
    else this.#sizes.set(size, count);
  }
}

type WithContent = FileState & { readonly digest: string };

/** What is encrypted has no digest that could be compared, and is not to be named by others. */
function hasContent(state: FileState | undefined): state is WithContent {
  return (
    state?.state === 'sent' &&
    state.digest !== undefined &&
    state.sealed === undefined &&
    state.fingerprint.size > 0
  );
}

function keyOf(digest: string): number {
  const hex = digest.slice(digest.indexOf(':') + 1);
  return Number.parseInt(hex.slice(0, digits), 16);
}
