/**
 * What stands under a name and is to be kept gets a second name beside it, by a hard link, before another file takes the first: at every moment
 * it stands under one of both, and nothing is ever replaced by it.
 */
import type { BigIntStats } from 'node:fs';
import { readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, describeError } from '../../errors.ts';
import { asideNames } from '../aside-names.ts';
import type { Over } from '../contract.ts';
import type { DiskCalls } from './calls.ts';
import { type Folders, folderOf } from './folders.ts';
import { hasSameBytes } from './same-bytes.ts';
import type { SinkJournal } from './sink-journal.ts';

export interface KeptAsideOptions {
  readonly root: string;
  /** The folder of temporary files. */
  readonly parts: string;
  readonly calls: DiskCalls;
  readonly folders: Folders;
  readonly journal: SinkJournal;
  readonly withDescriptor: <T>(work: () => Promise<T>) => Promise<T>;
}

export class KeptAside {
  readonly #options: KeptAsideOptions;

  constructor(options: KeptAsideOptions) {
    this.#options = options;
  }

  /** Throws ConfigurationError where the file system gives no file a second name. */
  async prove(): Promise<void> {
    const { root, parts, calls } = this.#options;
    const [file, other] = [join(parts, 'aside-check'), join(parts, 'aside-check~1')];
    try {
      await rm(other, { force: true });
      await writeFile(file, '');
      await calls.link(file, other);
    } catch (cause) {
      throw new ConfigurationError(
        `--overwrite rename keeps what stands there by hard links, which the file system of ${root} does not make (${describeError(cause)}): choose newer, never or always, or another folder`,
        { cause },
      );
    } finally {
      await Promise.all([rm(file, { force: true }), rm(other, { force: true })]);
    }
  }

  /**
   * Keeps what stands under a name that is to be published, where it is to be kept; resolves with the name that it has then. That it was
   * published there is remembered before it is another one: after a kill it would be taken for somebody else's, and kept once more.
   */
  async meet(target: string, over: Over): Promise<string | undefined> {
    if (over !== 'aside') return undefined;
    const { journal } = this.#options;
    const kept = await this.keep(target);
    if (kept !== undefined) await journal.checkpoint([], journal.notedOf(target));
    return kept;
  }

  /** Runs work that puts something under a name, and calls {@link meet} right before it does; resolves with what that gave. */
  async keeping(
    target: string,
    over: Over,
    work: (meet: () => Promise<void>) => Promise<void>,
  ): Promise<string | undefined> {
    let kept: string | undefined;
    await work(async () => {
      kept = await this.meet(target, over);
    });
    return kept;
  }

  /**
   * Gives what stands under a name another one beside it, durably. Resolves with that; undefined where nothing stands there, or a folder. What has
   * one already, or stands there with the same bytes and time, gets none.
   */
  async keep(target: string): Promise<string | undefined> {
    const { root, calls, folders, withDescriptor } = this.#options;
    const standing = await calls.lookIfThere(join(root, target));
    if (standing === undefined || standing.isDirectory()) return undefined;
    await folders.prepare(target);
    const name = target.slice(target.lastIndexOf('/') + 1);
    const kept = await folders.within(target, (path) => this.#keepIn(path, name));
    if (kept === undefined) return undefined;
    const folder = folderOf(target);
    await withDescriptor(() => folders.sync([folder]));
    return folder === '' ? kept : `${folder}/${kept}`;
  }

  async #keepIn(path: string, name: string): Promise<string | undefined> {
    const { calls } = this.#options;
    const full = `${path}/${name}`;
    const standing = await calls.lookIfThere(full);
    if (standing === undefined || standing.isDirectory()) return undefined;
    for (const other of asideNames(name)) {
      const found = await calls.lookIfThere(`${path}/${other}`);
      if (found === undefined && (await this.#nameToo(full, `${path}/${other}`, standing))) return other;
      if (found !== undefined && (await this.#isSame(full, standing, `${path}/${other}`, found)))
        return other;
    }
    throw new Error('unreachable: there is always another name');
  }

  async #isSame(file: string, one: BigIntStats, other: string, two: BigIntStats): Promise<boolean> {
    if (one.ino === two.ino && one.dev === two.dev) return true;
    if (one.isSymbolicLink() && two.isSymbolicLink())
      return (await readlink(file)) === (await readlink(other));
    if (!one.isFile() || !two.isFile() || one.size !== two.size || one.mtimeNs !== two.mtimeNs) return false;
    const { calls, withDescriptor } = this.#options;
    return withDescriptor(() => hasSameBytes(calls, file, other));
  }

  /** False where somebody else was quicker with that name. */
  async #nameToo(file: string, other: string, standing: BigIntStats): Promise<boolean> {
    const { calls } = this.#options;
    try {
      if (standing.isSymbolicLink()) await linkLink(calls, file, other);
      else await calls.link(file, other);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return false;
    }
  }
}

/** A second name, with owner and time; one that says the same, where a system would link what it points to, or gives links of others no names. */
async function linkLink(calls: DiskCalls, link: string, other: string): Promise<void> {
  if (process.platform === 'linux') {
    try {
      return await calls.link(link, other);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    }
  }
  await symlink(await readlink(link), other);
}
