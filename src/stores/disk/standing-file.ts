/** Reading what stands under a final name already, whoever put it there. */
import { type BigIntStats, constants } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChecksumAlgorithm, createHasher } from '../../records/checksum.ts';
import type { Published } from '../contract.ts';
import type { DiskCalls } from './calls.ts';
import { isFile, isSameLook, type JournalEntry, publishedOf } from './journal-entry.ts';
import type { Way } from './way.ts';

/** Bytes read at a time. */
const piece = 1024 * 1024;
/** There is none, or none that is ours to read. */
const noFile = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES']);

export class StandingFiles {
  readonly #root: string;
  readonly #calls: DiskCalls;
  readonly #way: Way;

  constructor(root: string, calls: DiskCalls, way: Way) {
    this.#root = root;
    this.#calls = calls;
    this.#way = way;
  }

  /** Undefined when there is no file, or none that can be read: it is not known to be right then. */
  async digest(target: string, algorithm: ChecksumAlgorithm, size?: number): Promise<string | undefined> {
    try {
      // Most often nothing is there, and opening that would cost as much as writing it.
      const seen = await this.#calls.lookIfThere(join(this.#root, target));
      if (seen === undefined || (size !== undefined && seen.size !== BigInt(size))) return undefined;
      return await this.#use(target, async (file, stats) => {
        if (size !== undefined && stats.size !== BigInt(size)) return undefined;
        const hasher = createHasher(algorithm);
        const buffer = Buffer.allocUnsafe(piece);
        for (let at = 0; ; ) {
          const read = await this.#calls.read(file, buffer, at);
          if (read === 0) return hasher.digest();
          hasher.update(buffer.subarray(0, read));
          at += read;
        }
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined || code === 'EMFILE' || code === 'ENFILE') throw error;
      return undefined;
    }
  }

  /** What a sink has noted, if it is a file that looks so. */
  async published(target: string, entry: JournalEntry | undefined): Promise<Published | undefined> {
    if (entry === undefined || !isFile(entry)) return undefined;
    const stats = await this.#calls.lookAt(join(this.#root, target)).catch(() => undefined);
    return stats?.isFile() === true && isSameLook(entry, stats) ? publishedOf(entry) : undefined;
  }

  /** Nanoseconds since the epoch; undefined when nothing stands there, or a folder. `noted`: what a sink has. */
  async time(target: string, noted: () => JournalEntry | undefined): Promise<string | undefined> {
    const seen = await this.#calls.lookIfThere(join(this.#root, target)).catch((error) => {
      // Publishing says better what is in the way.
      if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error;
      return undefined;
    });
    if (seen === undefined || seen.isDirectory()) return undefined;
    const entry = noted();
    // Where times are not kept, ours that nobody touched are as old as their records say.
    const isOurs = entry?.modified && (await this.published(target, entry)) !== undefined;
    return isOurs ? (entry.modified ?? undefined) : String(seen.mtimeNs);
  }

  /** What the symbolic link there says; undefined where none stands there. */
  async link(target: string): Promise<string | undefined> {
    return readlink(join(this.#root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EINVAL' && !noFile.has(error.code ?? '')) throw error;
      return undefined;
    });
  }

  /** Runs `sync` on the file; resolves with how it looks, or undefined when there is none. */
  async makeDurable(target: string, sync: (file: number) => Promise<void>): Promise<BigIntStats | undefined> {
    return this.#use(target, async (file, stats) => {
      await sync(file);
      return stats;
    }).catch((error: NodeJS.ErrnoException) => {
      if (!noFile.has(error.code ?? '')) throw error;
      return undefined;
    });
  }

  /** Opened to be read, for the caller to close; undefined when there is no file, or none that may be read. */
  async open(target: string): Promise<number | undefined> {
    try {
      const { file, stats } = await this.#open(target);
      if (stats.isFile()) return file;
      await this.#calls.close(file);
    } catch (error) {
      if (!noFile.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    return undefined;
  }

  async #open(target: string): Promise<{ readonly file: number; readonly stats: BigIntStats }> {
    const { O_RDONLY, O_NONBLOCK = 0 } = constants;
    // A pipe in the file's place would be waited for.
    const file = await this.#way.open(target, O_RDONLY | O_NONBLOCK);
    try {
      return { file, stats: await this.#calls.look(file) };
    } catch (error) {
      await this.#calls.close(file);
      throw error;
    }
  }

  async #use<T>(
    target: string,
    work: (file: number, stats: BigIntStats) => Promise<T>,
  ): Promise<T | undefined> {
    const { file, stats } = await this.#open(target);
    try {
      return stats.isFile() ? await work(file, stats) : undefined;
    } finally {
      await this.#calls.close(file);
    }
  }
}
