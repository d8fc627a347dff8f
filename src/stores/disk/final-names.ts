/** Putting finished files under their names: what is there is replaced at once, and two spellings of one name are kept apart. */
import { lstat, rm, unlink, writeFile } from 'node:fs/promises';
import { crashPoint } from '../../crash-points.ts';
import type { FileLook, Published } from '../contract.ts';
import type { Notices } from '../notices.ts';
import { OtherSpellingError } from '../other-spelling.ts';
import { ReplacedError } from '../replaced.ts';
import { VanishedError } from '../vanished.ts';
import { moveAcross } from './across-disks.ts';
import { GiveAttributes } from './attributes/give-attributes.ts';
import type { DiskCalls } from './calls.ts';
import { type Folders, folderOf } from './folders.ts';
import { madeAnew, sharedTries } from './made-anew.ts';

export interface FinalNamesOptions {
  readonly calls: DiskCalls;
  readonly folders: Folders;
  readonly notices: Notices;
  /** Runs what opens something. */
  readonly withDescriptor: <T>(work: () => Promise<T>) => Promise<T>;
  /** True of a file whose bytes a position may have passed: it is to stand on the disk somewhere at any time. */
  readonly isRelied: (file: string) => boolean;
  /** The same for all spellings that are one name there; null where each name has one. */
  readonly folded: (target: string) => string | null;
  /** Another name that was published, and folds to the same. */
  readonly collision: (target: string, folded: string) => string | undefined;
  /** Others write there too: nothing is copied to a name on another file system, which a process that was frozen would do at any time. */
  readonly isShared?: boolean;
  /** Default: none are given. */
  readonly attributes?: GiveAttributes;
}

/** What a file is, and how it looks. */
export interface Finished {
  readonly published: Published;
  readonly look: FileLook;
}

/** A name that is being published. */
export interface Claim {
  /** Of {@link FinalNamesOptions.folded}. */
  readonly folded: string | null;
  /** What {@link Folders.looks} was when it began. */
  readonly since: number;
  /** It is put there only where nothing stands. */
  readonly ifFree?: boolean;
}

/** What a file system answers that gives no file a second name. */
const linkless = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'EXDEV', 'EACCES']);

export class FinalNames {
  readonly #options: FinalNamesOptions;
  /** Folded names that are being published. */
  readonly #claims = new Map<string, Promise<unknown>>();

  constructor(options: FinalNamesOptions) {
    this.#options = options;
  }

  /**
   * Runs the work that publishes a name, and notes it. Another spelling of it waits, and is refused then: asked before and noted
   * after, both would be published, and one of them overwritten.
   */
  async claim<T>(target: string, work: (claim: Claim) => Promise<T>): Promise<T> {
    const since = this.#options.folders.looks;
    const folded = this.#options.folded(target);
    if (folded === null) return work({ folded, since });
    for (let claim = this.#claims.get(folded); claim !== undefined; claim = this.#claims.get(folded))
      await claim.catch(() => {});
    this.#refuseCollision(target, folded);
    const claim = work({ folded, since });
    this.#claims.set(folded, claim);
    try {
      return await claim;
    } finally {
      this.#claims.delete(folded);
    }
  }

  /** Another name that was published, and is one with this one there: what stands under this one is that one's. */
  otherSpelling(target: string): string | undefined {
    const folded = this.#options.folded(target);
    return folded === null ? undefined : this.#options.collision(target, folded);
  }

  /**
   * Gives a file its final name. Resolves with its modification time when it may be another one there. Throws VanishedError when
   * the file is not there any more, EINVAL for a name that the file system does not take, however it says so, and without a
   * claim, which replaces nothing, EEXIST when something stands there; ReplacedError, where that claims free names alone.
   */
  async put(file: string, target: string, claim?: Claim, finished?: Finished): Promise<bigint | undefined> {
    try {
      return await this.#rename(file, target, claim, finished);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      const isThere = await lstat(file).catch(() => undefined);
      if (isThere !== undefined) throw nameRefused(target, cause as NodeJS.ErrnoException);
      throw new VanishedError(`somebody removed its temporary file ${file}`, { cause });
    }
  }

  /**
   * The same by a call in place, into a folder that is known and open, where each name has one spelling. False where that cannot be, or did
   * not go well: {@link put} is to meet it then. `since`: see {@link Claim}.
   */
  putAtOnce(file: string, target: string, since: number): boolean {
    const { calls, folders } = this.#options;
    const here = calls.atOnce;
    const folder = folderOf(target);
    const path = here === undefined ? undefined : folders.openPathOf(here, folder, since);
    if (here === undefined || path === undefined) return false;
    try {
      here.rename(file, `${path}/${target.slice(folder.length + 1)}`);
    } catch {
      return false;
    }
    crashPoint('name:after-rename');
    folders.touch(folder);
    return true;
  }

  async #rename(
    file: string,
    target: string,
    claim: Claim | undefined,
    finished: Finished | undefined,
  ): Promise<bigint | undefined> {
    const { calls, folders, isRelied, withDescriptor, isShared } = this.#options;
    const folder = folderOf(target);
    const name = target.slice(folder.length + 1);
    const move = async (path: string): Promise<bigint | undefined> => {
      const full = `${path}/${name}`;
      // Taken first, by a file of no bytes: a rename replaces whatever stands there.
      if (claim === undefined) await writeFile(full, '', { flag: 'wx' });
      try {
        if (claim?.ifFree && (await this.#moveIfFree(file, full))) return undefined;
        return await this.#move(file, path, folder, name, finished);
      } catch (error) {
        if (claim === undefined) await rm(full, { force: true });
        throw error;
      }
    };
    const attempt = async (isFirst: boolean): Promise<bigint | undefined> => {
      const since = isFirst ? claim?.since : undefined;
      await folders.prepare(target);
      // A disk may keep that it stands no longer where it stood, and not the new folder that it was put into.
      if (isRelied(file)) await withDescriptor(() => folders.settle(target));
      const mtime = await folders.within(target, move, since);
      folders.touch(folder);
      return mtime;
    };
    if (!isShared) return madeAnew(folders, 1, attempt);
    return madeAnew(folders, sharedTries, attempt, async () => (await calls.lookIfThere(file)) !== undefined);
  }

  /**
   * By a second name, which replaces nothing, and without the first one then. False where the file system has no second names: nothing stood there
   * a moment ago.
   */
  async #moveIfFree(file: string, full: string): Promise<boolean> {
    try {
      await this.#options.calls.link(file, full);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST' && !linkless.has(code)) throw error;
      const standing = await this.#options.calls.lookIfThere(full);
      // A folder is met by whoever renames.
      if (standing?.isDirectory()) return false;
      if (standing !== undefined || code === 'EEXIST') throw new ReplacedError(`${full} stands there by now`);
      return false;
    }
    await unlink(file);
    crashPoint('name:after-rename');
    return true;
  }

  async #move(
    file: string,
    path: string,
    folder: string,
    name: string,
    finished: Finished | undefined,
  ): Promise<bigint | undefined> {
    const { calls, folders, notices, withDescriptor, isShared } = this.#options;
    try {
      await calls.rename(file, `${path}/${name}`);
      crashPoint('name:after-rename');
      return undefined;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EISDIR') throw aFolder(`${folders.pathOf(folder)}/${name}`);
      if (code !== 'EXDEV' || isShared) throw error;
      const { published, look } = finished ?? {};
      const of = { published, attributes: look?.attributes };
      const move = { file, folder: path, place: folders.pathOf(folder), name, ...of };
      const { attributes = new GiveAttributes({ place: move.place, calls, notices }) } = this.#options;
      return withDescriptor(() => moveAcross(calls, notices, attributes, move));
    }
  }

  #refuseCollision(target: string, folded: string): void {
    const other = this.#options.collision(target, folded);
    if (other !== undefined) throw new OtherSpellingError(target, other);
  }
}

function aFolder(name: string): Error {
  return Object.assign(new Error(`${name} is a folder, where a file is needed`), { code: 'EISDIR' });
}

/**
 * Some file systems answer ENOENT to a name with characters that they do not have. It is no folder that somebody removed, for the second
 * attempt has made all of them anew, and what was to be named is there.
 */
function nameRefused(target: string, cause: NodeJS.ErrnoException): Error {
  const { syscall, path = '' } = cause;
  const name = target.slice(target.lastIndexOf('/'));
  const isOfName =
    ['rename', 'link', 'mkdir'].includes(syscall ?? '') || (syscall === 'open' && path.endsWith(name));
  if (!isOfName) return cause;
  const message = `"${target}" is a name that this file system does not take`;
  return Object.assign(new Error(message, { cause }), { code: 'EINVAL' });
}
