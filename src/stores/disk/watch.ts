/**
 * Change notices of a folder tree. macOS and Windows watch a whole tree natively; elsewhere each folder has one watcher
 * (inotify tells of the files in it), which costs a watch a folder instead of one a file. A watcher belongs to the folder, not
 * to its name: when the name is given to another one, the watchers of the former and of all below it are let go of.
 */
import { type FSWatcher, watch } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { walkFolders } from './walk.ts';

export interface TreeWatchOptions {
  readonly root: string;
  readonly followSymlinks: boolean;
  readonly wantedFolder: (path: string) => boolean;
  /** A file or folder that may have changed. */
  readonly hint: (path: string) => void;
  /** Told once, when the system has no notices left. */
  readonly unnoticed: (message: string) => void;
  /** The system's own, unless a test has another. */
  readonly watch?: typeof watch;
}

/** What to do about a folder that the system does not watch, by the code of its error. */
const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'raise fs.inotify.max_user_watches (sysctl)',
  EMFILE: 'raise fs.inotify.max_user_instances (sysctl), or the limit of open files (ulimit -n)',
  ENFILE: 'raise fs.file-max (sysctl)',
  ENOMEM: 'free some memory',
};

interface Watched {
  readonly watcher: FSWatcher;
  /** Undefined where the whole tree has one watcher. */
  readonly inode: bigint | undefined;
}

const native = process.platform === 'darwin' || process.platform === 'win32';

export class TreeWatch {
  readonly #options: TreeWatchOptions;
  readonly #watchers = new Map<string, Watched>();
  #hasTold = false;
  #closed = false;

  constructor(options: TreeWatchOptions) {
    this.#options = options;
  }

  /** Resolves once the whole tree is watched, as far as the system allows: the periodic walk finds the rest. */
  async start(): Promise<void> {
    if (native) this.#watch('', undefined);
    else await this.#watchBelow('');
  }

  close(): void {
    this.#closed = true;
    for (const { watcher } of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async #watchBelow(folder: string): Promise<void> {
    const { root, followSymlinks, wantedFolder } = this.#options;
    for await (const path of walkFolders(root, folder, followSymlinks, wantedFolder)) {
      const inode = this.#watchers.has(path) ? undefined : await this.#inodeOf(path);
      if (this.#closed) return;
      if (inode !== undefined) this.#watch(path, inode);
    }
  }

  /** Watches one folder, or the whole tree when no inode is given. What cannot be watched is left to the periodic walk. */
  #watch(folder: string, inode: bigint | undefined): void {
    const recursive = inode === undefined;
    const open = this.#options.watch ?? watch;
    try {
      const watcher = open(join(this.#options.root, folder), { recursive, persistent: false });
      watcher.on('change', (_event, name) => {
        if (name !== null) void this.#changed(folder, String(name), recursive);
      });
      watcher.on('error', (error) => this.#cannotWatch(folder, error));
      this.#watchers.set(folder, { watcher, inode });
    } catch (error) {
      this.#cannotWatch(folder, error);
    }
  }

  #cannotWatch(folder: string, error: unknown): void {
    this.#forget(folder);
    const { code = '', message } = error as NodeJS.ErrnoException;
    // Gone, or not for us to read: the walk tells.
    if (this.#hasTold || ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(code)) return;
    this.#hasTold = true;
    const remedy = remedies[code] === undefined ? '' : `: ${remedies[code]}`;
    this.#options.unnoticed(
      `the system tells of no more folders than ${this.#watchers.size} of ${this.#options.root} (${message}); changes in others are found by the periodic scan alone, later${remedy}`,
    );
  }

  async #inodeOf(path: string): Promise<bigint | undefined> {
    const found = await lstat(join(this.#options.root, path), { bigint: true }).catch(() => undefined);
    // The root may be a link to a folder.
    return found?.isDirectory() || path === '' ? found?.ino : undefined;
  }

  async #changed(folder: string, name: string, recursive: boolean): Promise<void> {
    const child = name.split(sep).join('/');
    const path = folder === '' ? child : `${folder}/${child}`;
    this.#options.hint(path);
    if (recursive || this.#closed) return;
    const inode = await this.#inodeOf(path);
    if (this.#watchers.get(path)?.inode !== inode) this.#forget(path);
    if (this.#closed || inode === undefined || this.#watchers.has(path)) return;
    if (!this.#options.wantedFolder(path)) return;
    await this.#watchBelow(path);
    // Files may have come before the watcher did.
    this.#options.hint(path);
  }

  /** The folder has gone from here, and all that is below it with it. */
  #forget(folder: string): void {
    const found = this.#watchers.get(folder);
    if (found === undefined) return;
    const below = [...this.#watchers].filter(([path]) => folder === '' || path.startsWith(`${folder}/`));
    for (const [path, { watcher }] of [[folder, found] as const, ...below]) {
      watcher.close();
      this.#watchers.delete(path);
    }
  }
}
