/** A directory as a sink. Its own things stand in `.sluice/`, on the same file system as the final names. */
import { type BigIntStats, constants, createReadStream } from 'node:fs';
import { lstat, mkdir, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, describeError } from '../../errors.ts';
import { type ChecksumAlgorithm, createHasher } from '../../records/checksum.ts';
import type {
  FileLook,
  FreeSpace,
  PartFile,
  Published,
  Sink,
  TopicPositions,
  UnfinishedUpload,
} from '../contract.ts';
import { absolutePath } from '../place.ts';
import { rangesWithin } from '../ranges-within.ts';
import { foldedName, ownFolder } from '../target-name.ts';
import { VanishedError } from '../vanished.ts';
import { DiskCalls } from './calls.ts';
import { Folders } from './folders.ts';
import { Handles } from './handles.ts';
import { type Journal, openJournal } from './journal.ts';
import { placeOf } from './place.ts';

const partsFolder = `${ownFolder}/parts`;
/** Temporary files open at once. */
const handleLimit = 128;

export interface DiskSinkOptions {
  /** The system's calls. Default: what suits the disk. */
  readonly calls?: DiskCalls;
}

/** Opens a directory as a sink, made when missing. Throws ConfigurationError when it cannot be written. */
export async function openDiskSink(directory: string, options: DiskSinkOptions = {}): Promise<Sink> {
  const root = absolutePath(directory);
  const parts = join(root, partsFolder);
  try {
    await mkdir(parts, { recursive: true });
    const caseInsensitive = await probeCase(parts);
    return new DiskSink(root, parts, caseInsensitive, options.calls ?? (await DiskCalls.on(root)));
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    throw new ConfigurationError(
      `cannot write to the sink ${root} (${describeError(cause)}): give the right to write there, or name another with --to`,
      { cause },
    );
  }
}

async function probeCase(folder: string): Promise<boolean> {
  const probe = join(folder, 'Probe');
  await writeFile(probe, '');
  const other = await stat(join(folder, 'pROBE')).catch(() => undefined);
  await rm(probe);
  return other !== undefined;
}

class DiskSink implements Sink {
  readonly place: string;
  readonly caseInsensitive: boolean;
  readonly #parts: string;
  readonly #calls: DiskCalls;
  readonly #journal: Journal;
  readonly #handles: Handles;
  readonly #folders: Folders;
  readonly #umask = process.umask();
  #wholes = 0;
  #checks = 0;

  constructor(root: string, parts: string, caseInsensitive: boolean, calls: DiskCalls) {
    this.place = root;
    this.caseInsensitive = caseInsensitive;
    this.#parts = parts;
    this.#calls = calls;
    const own = join(root, ownFolder);
    this.#journal = openJournal(join(own, 'journal.db'), placeOf(own));
    this.#folders = new Folders(root, calls);
    for (const folder of ['', ownFolder, partsFolder]) this.#folders.touch(folder);
    this.#handles = new Handles(handleLimit, () => this.#folders.touch(partsFolder));
  }

  get id(): string {
    return this.#journal.id;
  }

  get isCopy(): boolean {
    return this.#journal.isCopy;
  }

  async published(target: string): Promise<Published | undefined> {
    const entry = this.#journal.published(target);
    if (entry === undefined) return undefined;
    const stats = await lstat(join(this.place, target)).catch(() => undefined);
    // Times are restored to the microsecond; a millisecond is what all file systems keep.
    const same =
      stats?.isFile() && stats.size === entry.size && Math.abs(stats.mtimeMs - milliseconds(entry.mtime)) < 2;
    return same ? { upload: entry.upload, size: entry.size, digest: entry.digest } : undefined;
  }

  async digestOfTarget(target: string, algorithm: string): Promise<string | undefined> {
    // Most files are new in a new folder: asking the disk for each would cost as much as writing it.
    if (this.#folders.madeFolderOf(target)) return undefined;
    const full = join(this.place, target);
    const stats = await lstat(full).catch(() => undefined);
    if (!stats?.isFile()) return undefined;
    const hasher = createHasher(algorithm as ChecksumAlgorithm);
    for await (const bytes of createReadStream(full, { highWaterMark: 1 << 20 }))
      hasher.update(bytes as Uint8Array);
    return hasher.digest();
  }

  part(upload: string): PartFile {
    const file = this.#partName(upload);
    return {
      write: (bytes, position) =>
        this.#handles.use(file, async (handle) => {
          for (let at = 0; at < bytes.length; ) {
            at += (await handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
          }
        }),
      read: (buffer, position) =>
        this.#handles.use(
          file,
          async (handle) => (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
        ),
      sync: () => this.#handles.use(file, (handle) => handle.datasync()),
      close: () => this.#handles.close(file),
    };
  }

  async publish(upload: string, target: string, look: FileLook, published: Published): Promise<void> {
    const file = this.#partName(upload);
    const folded = this.#refuseCollision(target);
    await this.#handles.use(file, async (handle) => {
      const { size } = await handle.stat();
      if (size !== published.size) {
        throw new VanishedError(
          `somebody changed its temporary file ${file}, which has ${size} bytes instead of ${published.size}`,
        );
      }
      await handle.chmod(permissions(look.mode));
      await handle.utimes(seconds(look.mtime), seconds(look.mtime));
      await handle.sync();
    });
    await this.#handles.end(file);
    await this.#renamePart(file, target);
    this.#journal.notePublished(target, published, look, folded);
  }

  async publishWhole(bytes: Uint8Array, target: string, look: FileLook, published: Published): Promise<void> {
    const folded = this.#refuseCollision(target);
    const file = join(this.#parts, `whole-${this.#wholes++}`);
    const mode = permissions(look.mode);
    const made = mode & ~this.#umask;
    try {
      const handle = await this.#calls.open(file, 'w', made);
      try {
        await this.#calls.write(handle, bytes);
        if (made !== mode) await this.#calls.setMode(handle, mode);
        await this.#calls.setTimes(handle, seconds(look.mtime));
        await this.#calls.sync(handle);
      } finally {
        await this.#calls.close(handle);
      }
      await this.#rename(file, target);
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
    this.#journal.notePublished(target, published, look, folded);
  }

  async adopt(target: string, published: Published): Promise<void> {
    const stats = await this.#makeDurable(target);
    if (stats === undefined) return;
    const look = { mtime: String(stats.mtimeNs), mode: Number(stats.mode) };
    this.#journal.notePublished(target, published, look, this.caseInsensitive ? foldedName(target) : null);
  }

  /** Of a file that somebody else put there, or a run that was killed: whether it would survive a power cut, nobody knows. */
  async #makeDurable(target: string): Promise<BigIntStats | undefined> {
    const full = join(this.place, target);
    const stats = await lstat(full, { bigint: true }).catch(() => undefined);
    if (stats === undefined) return undefined;
    const file = await this.#calls.open(full, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      await this.#calls.sync(file);
    } finally {
      await this.#calls.close(file);
    }
    this.#folders.touchWay(target);
    return stats;
  }

  async quarantine(upload: string, target: string): Promise<void> {
    // An empty file has not been opened yet.
    await this.#handles.use(this.#partName(upload), async () => {});
    await this.#handles.end(this.#partName(upload));
    const full = join(this.place, target);
    await this.#folders.prepare(target);
    // Taken first, by a file of no bytes: a rename replaces whatever stands there.
    await writeFile(full, '', { flag: 'wx' });
    try {
      await this.#renamePart(this.#partName(upload), target);
    } catch (error) {
      await rm(full, { force: true });
      throw error;
    }
    this.#journal.noteGone(upload);
  }

  async discard(upload: string): Promise<void> {
    await this.clear(upload);
    this.#journal.noteGone(upload);
  }

  async clear(upload: string): Promise<void> {
    await this.#handles.end(this.#partName(upload)).catch(() => {});
    await rm(this.#partName(upload), { force: true });
  }

  async unfinished(): Promise<readonly UnfinishedUpload[]> {
    const uploads = this.#journal.unfinished();
    const known = new Set(uploads.map(({ upload }) => upload));
    for (const name of await readdir(this.#parts))
      if (!known.has(name)) await rm(join(this.#parts, name), { force: true });
    return Promise.all(
      uploads.map(async (one) => {
        const { size } = await stat(this.#partName(one.upload)).catch(() => ({ size: 0 }));
        const ranges = rangesWithin(one.ranges, size);
        if (ranges.length > 0) this.#handles.expect(this.#partName(one.upload));
        return { ...one, ranges };
      }),
    );
  }

  async positions(): Promise<readonly TopicPositions[]> {
    return this.#journal.positions();
  }

  async checkpoint(uploads: readonly UnfinishedUpload[], positions?: TopicPositions): Promise<void> {
    // Both at one moment: what is published from here on is not durable when the folders are.
    const noted = this.#journal.noted();
    await this.#folders.sync(this.#folders.takeChanged());
    await this.#journal.checkpoint(uploads, noted, positions);
  }

  async check(): Promise<void> {
    const file = join(this.#parts, `check-${this.#checks++}`);
    try {
      await writeFile(file, 'x', { flag: 'wx' });
    } finally {
      await rm(file, { force: true });
    }
  }

  async freeSpace(): Promise<FreeSpace | undefined> {
    const { bavail, bsize, files, ffree } = await statfs(this.place);
    return { bytes: bavail * bsize, files: files > 0 ? ffree : undefined };
  }

  async close(): Promise<void> {
    await this.#handles.closeAll();
    await this.#journal.close();
  }

  #partName(upload: string): string {
    return join(this.#parts, upload);
  }

  async #renamePart(file: string, target: string): Promise<void> {
    try {
      await this.#rename(file, target);
    } catch (cause) {
      const isThere = await lstat(file).catch(() => undefined);
      if (isThere !== undefined || (cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      throw new VanishedError(`somebody removed its temporary file ${file}`, { cause });
    }
  }

  async #rename(file: string, target: string): Promise<void> {
    const full = join(this.place, target);
    await this.#folders.prepare(target);
    try {
      await this.#calls.rename(file, full);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.#folders.forget();
      await this.#folders.prepare(target);
      await this.#calls.rename(file, full);
    }
    this.#folders.touch(folderOf(target));
  }

  #refuseCollision(target: string): string | null {
    if (!this.caseInsensitive) return null;
    const folded = foldedName(target);
    const other = this.#journal.collision(target, folded);
    if (other === undefined) return folded;
    const message = `"${target}" and "${other}" are one name on this file system: it would be overwritten`;
    throw Object.assign(new Error(message), { code: 'EEXIST' });
  }
}

function folderOf(target: string): string {
  return target.slice(0, Math.max(0, target.lastIndexOf('/')));
}

/** What a record says must not make a file run as its owner: set-user-ID, set-group-ID and sticky bits are left out. */
function permissions(mode: number): number {
  return mode & 0o777;
}

function milliseconds(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1000n) / 1000;
}

/**
 * Node takes seconds as a double and cuts it off: microseconds survive when half of one is added, for the double may be a
 * little too small. As text, because it takes negative numbers, times before 1970, for the present.
 */
function seconds(nanoseconds: string): string {
  const microseconds = floorDivide(BigInt(nanoseconds), 1000n);
  return String((Number(microseconds) + 0.5) / 1e6);
}

/** BigInt division cuts towards zero; a time before 1970 must not move to the next microsecond. */
function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && quotient * by !== value ? quotient - 1n : quotient;
}
