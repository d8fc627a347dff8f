/**
 * A tree of files in memory, as a source: for tests of what stands above the stores, and for whoever makes files without
 * a disk. It keeps inodes as a file system does: who has a file open goes on seeing it, whatever becomes of its name.
 */
import { pathFault } from '../../records/path.ts';
import type { OpenFile, Selection, Source, SourceFile, Unsendable } from '../contract.ts';
import { ownFolder } from '../target-name.ts';
import type { Removal } from '../tree-names.ts';
import { systemError } from './system-error.ts';

interface Inode {
  readonly number: string;
  bytes: Uint8Array;
  mtime: string;
  ctime: string;
  mode: number;
}

/** What may be said of a file that is written; the rest is as on a disk. */
export interface WrittenLook {
  /** Nanoseconds since the epoch, decimal. Default: now. */
  readonly mtime?: string;
  /** Permission bits. Default 0o644, or what the file had. */
  readonly mode?: number;
}

export class MemorySource implements Source {
  readonly place: string;
  readonly abilities = { appearsWhole: false };
  /** What stands at the root: another one when the test puts another folder there. */
  root: string | undefined = 'memory';
  readonly #files = new Map<string, Inode>();
  readonly #watchers = new Set<(path: string) => void>();
  readonly #now: () => number;
  #last = 0n;
  #inodes = 0;

  /** `now` gives milliseconds since the epoch. */
  constructor(options: { readonly place?: string; readonly now?: () => number } = {}) {
    this.place = options.place ?? 'memory';
    this.#now = options.now ?? Date.now;
  }

  /** Writes a file in place: same inode, other bytes. */
  write(path: string, bytes: Uint8Array, look: WrittenLook = {}): void {
    const inode = this.#files.get(path) ?? this.#newInode();
    this.#fill(inode, bytes, look);
    this.#files.set(path, inode);
    this.#tell(path);
  }

  /** Puts another file under the name, as a rename does. */
  replace(path: string, bytes: Uint8Array, look: WrittenLook = {}): void {
    const former = this.#files.get(path);
    if (former !== undefined) former.ctime = this.#tick();
    const inode = this.#newInode();
    this.#fill(inode, bytes, look);
    this.#files.set(path, inode);
    this.#tell(path);
  }

  /** Changes the inode and nothing else, as chmod to the same mode does. */
  touchInode(path: string): void {
    this.#inode(path).ctime = this.#tick();
    this.#tell(path);
  }

  remove(path: string): void {
    const inode = this.#inode(path);
    inode.ctime = this.#tick();
    this.#files.delete(path);
    this.#tell(path);
  }

  async removeIfSame({ path, ...seen }: SourceFile): Promise<Removal> {
    const now = await this.look(path);
    if (now === undefined) return 'gone';
    const isSame = (['size', 'mtime', 'ctime', 'inode'] as const).every((name) => now[name] === seen[name]);
    if (!isSame) return 'other';
    this.remove(path);
    return 'removed';
  }

  /** The bytes that stand under a name. */
  bytes(path: string): Uint8Array {
    return this.#inode(path).bytes;
  }

  paths(): string[] {
    return [...this.#files.keys()];
  }

  async *list(selection: Selection, unsendable: (what: Unsendable) => void): AsyncGenerator<SourceFile> {
    for (const path of this.paths()) {
      if (!selects(path, selection)) continue;
      const fault = pathFault(path);
      if (fault !== undefined) unsendable({ path, reason: fault });
      const file = fault === undefined ? await this.look(path) : undefined;
      if (file !== undefined) yield file;
    }
  }

  async look(path: string): Promise<SourceFile | undefined> {
    const inode = this.#files.get(path);
    return inode === undefined ? undefined : seen(path, inode);
  }

  async open(path: string): Promise<OpenFile> {
    const inode = this.#inode(path);
    return {
      look: async () => seen(path, inode),
      read: async (buffer, position) => {
        const bytes = inode.bytes.subarray(position, position + buffer.length);
        buffer.set(bytes);
        return bytes.length;
      },
      close: async () => {},
    };
  }

  async rootId(): Promise<string | undefined> {
    return this.root;
  }

  async watch(hint: (path: string) => void, selection: Selection): Promise<{ close(): Promise<void> }> {
    const watcher = (path: string): void => {
      if (selects(path, selection)) hint(path);
    };
    this.#watchers.add(watcher);
    return {
      close: async () => {
        this.#watchers.delete(watcher);
      },
    };
  }

  #inode(path: string): Inode {
    const inode = this.#files.get(path);
    if (inode === undefined) throw systemError('ENOENT', `no such file, open '${path}'`);
    return inode;
  }

  #newInode(): Inode {
    this.#inodes++;
    return { number: String(this.#inodes), bytes: new Uint8Array(0), mtime: '0', ctime: '0', mode: 0o644 };
  }

  #fill(inode: Inode, bytes: Uint8Array, { mtime, mode }: WrittenLook): void {
    inode.bytes = Uint8Array.from(bytes);
    inode.ctime = this.#tick();
    inode.mtime = mtime ?? inode.ctime;
    inode.mode = mode ?? inode.mode;
  }

  /** Nanoseconds since the epoch that never come twice. */
  #tick(): string {
    const now = BigInt(Math.floor(this.#now())) * 1_000_000n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    return String(this.#last);
  }

  #tell(path: string): void {
    for (const watcher of this.#watchers) watcher(path);
  }
}

function seen(path: string, { number, bytes, mtime, ctime, mode }: Inode): SourceFile {
  return { path, size: bytes.length, mtime, ctime, inode: number, mode };
}

/** Folders are asked before their files, as a walk does. */
function selects(path: string, selection: Selection): boolean {
  if (path === ownFolder || path.startsWith(`${ownFolder}/`)) return false;
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    if (!selection.folder(path.slice(0, slash))) return false;
  }
  return selection.file(path);
}
