/**
 * Change notices of a folder tree. macOS and Windows watch a whole tree natively; elsewhere each folder has one watcher
 * (inotify tells of the files in it), which costs a watch a folder instead of one a file.
 */
import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { walkFolders } from './walk.ts';

export interface TreeWatchOptions {
  readonly root: string;
  readonly followSymlinks: boolean;
  readonly wantedFolder: (path: string) => boolean;
  /** A file or folder that may have changed. */
  readonly hint: (path: string) => void;
}

const native = process.platform === 'darwin' || process.platform === 'win32';

export class TreeWatch {
  readonly #options: TreeWatchOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  #closed = false;

  constructor(options: TreeWatchOptions) {
    this.#options = options;
  }

  /** Resolves once the whole tree is watched, as far as the system allows: the periodic walk finds the rest. */
  async start(): Promise<void> {
    if (native) this.#watch('', true);
    else await this.#watchBelow('');
  }

  close(): void {
    this.#closed = true;
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async #watchBelow(folder: string): Promise<void> {
    const { root, followSymlinks, wantedFolder } = this.#options;
    for await (const path of walkFolders(root, folder, followSymlinks, wantedFolder)) {
      if (this.#closed) return;
      if (!this.#watchers.has(path)) this.#watch(path, false);
    }
  }

  #watch(folder: string, recursive: boolean): void {
    try {
      const watcher = watch(join(this.#options.root, folder), { recursive, persistent: false });
      watcher.on('change', (_event, name) => {
        if (name !== null) void this.#changed(folder, String(name), recursive);
      });
      watcher.on('error', () => this.#forget(folder));
      this.#watchers.set(folder, watcher);
    } catch {
      // No watch left (ENOSPC), or the folder is gone: the periodic walk does without.
    }
  }

  async #changed(folder: string, name: string, recursive: boolean): Promise<void> {
    const child = name.split(sep).join('/');
    const path = folder === '' ? child : `${folder}/${child}`;
    this.#options.hint(path);
    if (recursive || this.#closed) return;
    const stats = await stat(join(this.#options.root, path)).catch(() => undefined);
    if (!stats?.isDirectory()) {
      this.#forget(path);
    } else if (!this.#watchers.has(path) && this.#options.wantedFolder(path)) {
      await this.#watchBelow(path);
      // Files may have come before the watcher did.
      this.#options.hint(path);
    }
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}
