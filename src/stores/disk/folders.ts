/** Making the folders on the way to a final name, without ever walking through a symbolic link. */
import { lstat, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders known to be real; beyond so many the oldest are looked at again. */
const limit = 10_000;

export class Folders {
  readonly #root: string;
  readonly #known = new Set<string>();
  /** Folders that this process made: nothing stands in them that it does not know of. */
  readonly #made = new Set<string>();
  /** Folders whose entries changed since they were last made durable. */
  readonly #changed = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Makes the folder that `target` belongs into. Throws with code ELOOP at a symbolic link, ENOTDIR at a file. */
  async prepare(target: string): Promise<void> {
    const segments = target.split('/').slice(0, -1);
    const parent = segments.join('/');
    this.#changed.add(parent);
    if (this.#known.has(parent)) return;
    let folder = '';
    for (const segment of segments) {
      const above = folder;
      folder = folder === '' ? segment : `${folder}/${segment}`;
      if (!this.#known.has(folder)) await this.#makeOne(folder, above);
    }
  }

  /** An entry of the folder changed: {@link sync} makes that durable. Relative to the root. */
  touch(folder: string): void {
    this.#changed.add(folder);
  }

  /** True when the folder of `target` was made by this process. */
  madeFolderOf(target: string): boolean {
    return this.#made.has(target.slice(0, target.lastIndexOf('/')));
  }

  /** Forget what is known: somebody removed a folder behind our back. */
  forget(): void {
    this.#known.clear();
    this.#made.clear();
  }

  /** Makes renames and new folders durable. */
  async sync(): Promise<void> {
    for (const folder of [...this.#changed]) {
      // Forgotten first, for it may change again meanwhile; and not forgotten when it fails, for the caller tries again.
      this.#changed.delete(folder);
      try {
        if (process.platform !== 'win32') await syncFolder(join(this.#root, folder));
      } catch (error) {
        this.#changed.add(folder);
        throw error;
      }
    }
  }

  async #makeOne(folder: string, above: string): Promise<void> {
    const full = join(this.#root, folder);
    try {
      await mkdir(full);
      this.#changed.add(above);
      if (this.#made.size < limit) this.#made.add(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const stats = await lstat(full);
      if (stats.isSymbolicLink())
        throw coded('ELOOP', `${full} is a symbolic link: files are not written through links`);
      if (!stats.isDirectory()) throw coded('ENOTDIR', `${full} is a file, where a folder is needed`);
    }
    if (this.#known.size >= limit) this.#known.delete(this.#known.values().next().value!);
    this.#known.add(folder);
  }
}

/** A folder that somebody removed needs no more. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
  });
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
