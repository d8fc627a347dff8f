/** Where files go that are to be removed, if anywhere: under the path that they had, and never in the place of an earlier one. */
import type { BigIntStats } from 'node:fs';
import { lstat, mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ConfigurationError, describeError } from '../../errors.ts';
import { makeFolders } from '../../folder.ts';
import { ownFolder } from '../target-name.ts';
import { likeFolder } from './attributes/like-folder.ts';
import type { XattrCalls } from './attributes/xattr.ts';
import type { DiskCalls } from './calls.ts';

/** Names that are tried for one file. */
const most = 10_000;

export class BackupFolder {
  readonly #root: string;
  readonly #sinkRoot: string;
  readonly #calls: DiskCalls;
  readonly #xattrs: XattrCalls | undefined;
  /** The folder's path below the sink's root; undefined where it is elsewhere. Nothing else is to be put there. */
  readonly within: string | undefined;

  private constructor(root: string, sinkRoot: string, calls: DiskCalls, xattrs: XattrCalls | undefined) {
    this.#root = root;
    this.#sinkRoot = sinkRoot;
    this.within = isWithin(sinkRoot, root) ? relative(sinkRoot, root).split(sep).join('/') : undefined;
    this.#calls = calls;
    this.#xattrs = xattrs;
  }

  /**
   * Opens a folder, made when it is missing; one that is not absolute is below the sink's root. Throws ConfigurationError where it cannot be
   * used: it is the sink itself, or its own folder, or on another file system. `xattrs`: folders in it have ACLs, as those in the sink.
   */
  static async open(
    directory: string,
    sinkRoot: string,
    calls: DiskCalls,
    xattrs?: XattrCalls,
  ): Promise<BackupFolder> {
    const written = resolve(sinkRoot, directory);
    const refuse = (why: string, cause?: unknown): never => {
      throw new ConfigurationError(`--backup-dir ${directory} cannot be used: ${why}`, { cause });
    };
    await makeFolders(written).catch((error: unknown) => refuse(describeError(error), error));
    const root = await realpath(written);
    if (isWithin(root, sinkRoot)) refuse('it is the sink itself, or has the sink in it; name another folder');
    const below = relative(sinkRoot, root);
    if (below.split(sep)[0]?.toLowerCase() === ownFolder)
      refuse('it is in the sink’s own folder, where nobody else’s files stand');
    const [{ dev }, { dev: device }] = [await stat(root), await stat(sinkRoot)];
    if (dev !== device)
      refuse('it is on another file system than the sink: files are moved there, not copied');
    return new BackupFolder(root, sinkRoot, calls, xattrs);
  }

  /**
   * Gives a file, which looked like this, another name here, which is durable then, and leaves the one that it has where the file system
   * can; resolves with the path here. What was put here by a run that was killed is found again. Without `mayMove` it throws the system's error
   * where a file can have one name alone.
   */
  async keep(
    file: string,
    path: string,
    look: BigIntStats,
    mayMove = true,
  ): Promise<{ readonly kept: string; readonly isMoved: boolean }> {
    const segments = path.split('/');
    const name = segments.pop()!;
    let folder = '';
    let sinkFolder = this.#sinkRoot;
    for (const segment of segments) {
      sinkFolder = join(sinkFolder, segment);
      folder = await this.#folder(folder, segment, sinkFolder);
    }
    for (let count = 0; count < most; count++) {
      const kept = joined(folder, numbered(name, count));
      const full = join(this.#root, kept);
      try {
        await this.#calls.link(file, full);
        await this.#calls.syncFolder(join(this.#root, folder));
        return { kept, isMoved: false };
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EEXIST') {
          const there = await lstat(full, { bigint: true }).catch(() => undefined);
          if (there?.ino === look.ino && there.dev === look.dev) return { kept, isMoved: false };
          continue;
        }
        if (code === 'EXDEV') throw elsewhere(path, this.#root);
        if (code === 'ENOENT' || code === undefined || !mayMove) throw error;
        if (await claimed(full)) {
          await this.#calls.rename(file, full).catch(async (cause: unknown) => {
            // What has a name there is what was kept, and nothing else.
            await rm(full, { force: true });
            throw cause;
          });
          await this.#calls.syncFolder(join(this.#root, folder));
          return { kept, isMoved: true };
        }
      }
    }
    throw Object.assign(new Error(`${most} files of the name ${path} are kept already`), { code: 'EEXIST' });
  }

  /**
   * A folder in one, and never what a link leads to; another name where a file has that. Whoever could not go into the folder `like` cannot go into it
   * either.
   */
  async #folder(above: string, name: string, like: string): Promise<string> {
    for (let count = 0; count < most; count++) {
      const folder = joined(above, numbered(name, count));
      const full = join(this.#root, folder);
      try {
        await mkdir(full, 0o700);
        await likeFolder(full, like, this.#xattrs);
        await this.#calls.syncFolder(join(this.#root, above));
        return folder;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      if ((await lstat(full)).isDirectory()) return folder;
    }
    throw Object.assign(new Error(`${most} names like ${name} are taken already`), { code: 'EEXIST' });
  }

  /** What people call it. */
  pathOf(kept: string): string {
    return join(this.#root, kept);
  }
}

function elsewhere(path: string, backup: string): Error {
  const message = `${path} is on another file system than ${backup}, the folder of --backup-dir: files are moved there, not copied`;
  return Object.assign(new Error(message), { code: 'EXDEV' });
}

/** As Emacs and GNU have them: `name`, `name.~1~`, `name.~2~`. */
function numbered(name: string, count: number): string {
  return count === 0 ? name : `${name}.~${count}~`;
}

/** True where a folder is another, or stands in it; both absolute. */
function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** True when the name was free, and is ours now: for file systems without hard links. */
async function claimed(full: string): Promise<boolean> {
  return writeFile(full, '', { flag: 'wx' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return false;
    },
  );
}
