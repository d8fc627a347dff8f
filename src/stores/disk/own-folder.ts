/** Whether a sink still is where it was opened. Its folder may be removed, moved away or made anew while it is in use. */
import { type BigIntStats, closeSync, fstatSync, lstatSync, openSync } from 'node:fs';
import { chmod, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../errors.ts';
import { makeFolders } from '../../folder.ts';
import { SinkLostError } from '../sink-lost.ts';
import { ownFolder } from '../target-name.ts';
import type { DiskCalls } from './calls.ts';
import { placeFile } from './place.ts';

/** What others than its owner may do there. */
const others = 0o077;

/**
 * Makes a sink's own folder, given from the outside in with what stands in it. It is its owner's alone: what is kept there tells the names,
 * digests and bytes of files whose own folders may be closed to others. Throws ConfigurationError where a link stands, which would lead
 * what is written there to wherever whoever made it wants.
 */
export async function makeOwnFolders(own: string, ...inside: readonly string[]): Promise<void> {
  for (const folder of [own, ...inside]) {
    await makeFolders(folder);
    const { mode, isLink } = await lstat(folder).then((stats) => {
      return { mode: stats.mode, isLink: !stats.isDirectory() };
    });
    if (isLink)
      throw new ConfigurationError(
        `${folder} is a symbolic link: remove it, for a sink's own folder stands in the sink`,
      );
    // Where nobody has permissions (FAT), or somebody else owns it, all stays as it is.
    if ((mode & others) !== 0) await chmod(folder, mode & 0o700).catch(() => {});
  }
}

export class OwnFolder {
  readonly #place: string;
  readonly #root: string;
  readonly #parts: string;
  readonly #calls: DiskCalls;
  readonly #disk: bigint;
  /** Of the file that is made with the sink, so that what is made anew is not taken for it. */
  readonly #witness: number;
  #isOpen = true;

  /** `place` is what people call the root; the sink's own folder stands below it. */
  constructor(place: string, root: string, parts: string, calls: DiskCalls) {
    this.#place = place;
    this.#root = root;
    this.#parts = parts;
    this.#calls = calls;
    this.#disk = lstatSync(root, { bigint: true }).dev;
    this.#witness = openSync(this.#witnessPath, 'r');
  }

  /**
   * Throws SinkLostError when what the sink keeps is gone; the system's error, which may be waited for, when the whole folder is
   * gone, or another disk stands in its place, as where one was unmounted. Makes the folder of temporary files again.
   */
  async confirm(): Promise<void> {
    const isThere = (await this.#look(this.#witnessPath)) !== undefined;
    if (isThere && fstatSync(this.#witness).nlink > 0) {
      if ((await this.#look(this.#parts)) === undefined) await makeFolders(this.#parts);
      return;
    }
    const { dev } = await this.#calls.lookAt(this.#root);
    if (dev !== this.#disk) {
      const message = `another disk stands at ${this.#place} than at the start: mount the right one, or start again`;
      throw Object.assign(new Error(message), { code: 'ENODEV', errno: -19 });
    }
    throw new SinkLostError(`somebody removed ${join(this.#place, ownFolder)} while files came`);
  }

  /** Runs work; where something on its way is missing, {@link confirm} says what. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      return this.rethrow(error);
    }
  }

  /** Throws an error, or what {@link confirm} throws where something was missing. */
  async rethrow(error: unknown): Promise<never> {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') await this.confirm();
    throw error;
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#witness);
    this.#isOpen = false;
  }

  get #witnessPath(): string {
    return join(this.#root, ownFolder, placeFile);
  }

  async #look(path: string): Promise<BigIntStats | undefined> {
    return this.#calls.lookAt(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
      return undefined;
    });
  }
}
