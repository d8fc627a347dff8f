/**
 * What a disk holds after a power cut, by the least that POSIX promises: bytes of a file since its last fsync may be there or
 * not, each write by itself; entries of a folder since its last fsync may be there or not, in their order; a rename is there
 * as a whole or not at all. Pure.
 */
import { Random } from '../support/random.ts';
import type { DiskCall } from './log.ts';

/** Decides what of the unflushed survives. `none` and `all` are the two ends; a seeded one lies between. */
export interface Fate {
  /** How many of `count` pending changes of a folder, from the oldest on. */
  changes(count: number): number;
  /** Whether one pending write of a file is there. */
  write(): boolean;
}

export const losesAll: Fate = { changes: () => 0, write: () => false };
export const keepsAll: Fate = { changes: (count) => count, write: () => true };

/** By a seed; the same calls give the same answers. */
export function seededFate(seed: number): Fate {
  const random = new Random(seed);
  return { changes: (count) => random.below(count + 1), write: () => random.chance(0.5) };
}

type FileChange = Extract<DiskCall, { kind: 'write' | 'truncate' }>;

/** A file as it stands on the disk: flushed bytes, then changes in their order. */
export interface StoredFile {
  readonly flushed: Buffer;
  readonly changes: readonly FileChange[];
}

/** What survived: relative paths. */
export interface Remains {
  readonly folders: readonly string[];
  readonly files: ReadonlyMap<string, StoredFile>;
}

class ModelFile {
  readonly pending: { readonly at: number; readonly change: FileChange }[] = [];
  #bytes = Buffer.alloc(0);
  #size = 0;

  get flushed(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  flush(upto: number): void {
    while (this.pending[0] !== undefined && this.pending[0].at < upto)
      this.#apply(this.pending.shift()!.change);
  }

  #apply(change: FileChange): void {
    const end = change.kind === 'write' ? change.position + change.bytes.length : change.size;
    if (end > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(end, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#size);
      this.#bytes = larger;
    }
    if (change.kind === 'write') {
      change.bytes.copy(this.#bytes, change.position);
      this.#size = Math.max(this.#size, end);
    } else {
      this.#bytes.fill(0, Math.min(end, this.#size));
      this.#size = end;
    }
  }
}

class ModelFolder {
  readonly now = new Map<string, Node>();
  readonly flushed = new Map<string, Node>();
  readonly pending: Change[] = [];
}

type Node = ModelFile | ModelFolder;

/** Entries that change together; `undefined` removes. It stands in the list of each folder that it concerns. */
interface Change {
  readonly at: number;
  readonly entries: readonly {
    readonly folder: ModelFolder;
    readonly name: string;
    readonly node: Node | undefined;
  }[];
  isDone: boolean;
}

export class DiskModel {
  readonly #root = new ModelFolder();
  readonly #byInode = new Map<string, Node>();
  #count = 0;

  /** The folder itself by its inode, and those that stood in it before, name -> inode: durable and empty. */
  constructor(inode: string, standing: Readonly<Record<string, string>> = {}) {
    this.#byInode.set(inode, this.#root);
    for (const [name, its] of Object.entries(standing)) {
      const folder = new ModelFolder();
      this.#byInode.set(its, folder);
      this.#root.now.set(name, folder);
      this.#root.flushed.set(name, folder);
    }
  }

  /** The next call of the log. True when what survives every power cut has changed by it. */
  take(call: DiskCall): boolean {
    const at = this.#count++;
    if (call.kind === 'flush') return this.#flush(call.inode, call.upto);
    if (call.kind === 'write' || call.kind === 'truncate') {
      const file = this.#byInode.get(call.inode);
      if (file instanceof ModelFile) file.pending.push({ at, change: call });
    } else if (call.kind === 'create' || call.kind === 'mkdir') {
      const node = call.kind === 'create' ? new ModelFile() : new ModelFolder();
      this.#byInode.set(call.inode, node);
      this.#change(at, [[call.path, node]]);
    } else if (call.kind === 'rename' || call.kind === 'link') {
      const node = this.#at(call.from);
      const moved: [string, Node | undefined][] = [[call.to, node]];
      this.#change(at, call.kind === 'link' ? moved : [...moved, [call.from, undefined]]);
    } else {
      this.#change(at, [[call.path, undefined]]);
    }
    return false;
  }

  /** What a power cut leaves now. */
  cut(fate: Fate): Remains {
    const entries = new Map<ModelFolder, Map<string, Node>>();
    const entriesOf = (folder: ModelFolder): Map<string, Node> => {
      const known = entries.get(folder) ?? new Map(folder.flushed);
      entries.set(folder, known);
      return known;
    };
    const done = new Set<Change>();
    for (const folder of this.#folders()) {
      const pending = folder.pending.filter(({ isDone }) => !isDone);
      for (const change of pending.slice(0, fate.changes(pending.length))) {
        if (done.has(change)) continue;
        done.add(change);
        for (const { folder: where, name, node } of change.entries) set(entriesOf(where), name, node);
      }
    }
    const folders: string[] = [];
    const files = new Map<string, StoredFile>();
    const walk = (folder: ModelFolder, path: string): void => {
      for (const [name, node] of entriesOf(folder)) {
        const full = path === '' ? name : `${path}/${name}`;
        if (node instanceof ModelFolder) {
          folders.push(full);
          walk(node, full);
        } else {
          const changes = node.pending.filter(() => fate.write()).map(({ change }) => change);
          files.set(full, { flushed: node.flushed, changes });
        }
      }
    };
    walk(this.#root, '');
    return { folders, files };
  }

  #flush(inode: string, upto: number): boolean {
    const node = this.#byInode.get(inode);
    if (node instanceof ModelFile) {
      const isNew = node.pending[0] !== undefined && node.pending[0].at < upto;
      node.flush(upto);
      return isNew;
    }
    let isNew = false;
    while (node?.pending[0] !== undefined && node.pending[0].at < upto) {
      const change = node.pending.shift()!;
      if (change.isDone) continue;
      change.isDone = true;
      isNew = true;
      for (const { folder, name, node: entry } of change.entries) set(folder.flushed, name, entry);
    }
    return isNew;
  }

  #change(at: number, paths: readonly (readonly [path: string, node: Node | undefined])[]): void {
    const entries = paths.map(([path, node]) => {
      const slash = path.lastIndexOf('/');
      const folder = this.#at(path.slice(0, Math.max(0, slash)));
      if (!(folder instanceof ModelFolder)) throw new Error(`${path} stands in no folder`);
      const name = path.slice(slash + 1);
      set(folder.now, name, node);
      return { folder, name, node };
    });
    const change: Change = { at, entries, isDone: false };
    for (const folder of new Set(entries.map((entry) => entry.folder))) folder.pending.push(change);
  }

  #at(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of path.split('/').filter(Boolean)) {
      node = node instanceof ModelFolder ? node.now.get(name) : undefined;
    }
    return node;
  }

  *#folders(): Generator<ModelFolder> {
    const seen = new Set<Node>();
    const left: Node[] = [this.#root, ...this.#byInode.values()];
    for (const node of left) {
      if (!(node instanceof ModelFolder) || seen.has(node)) continue;
      seen.add(node);
      yield node;
    }
  }
}

function set(entries: Map<string, Node>, name: string, node: Node | undefined): void {
  if (node === undefined) entries.delete(name);
  else entries.set(name, node);
}
