/** A recorded file: written piece by piece under a name of its own, and called as it should be once it is whole and on the disk. */
import type { Stats } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { ConfigurationError, SluiceError } from '../../errors.ts';
import { requiredBox } from '../mp4/box.ts';
import type { Track } from '../mp4/movie.ts';
import { readMovie } from '../mp4/movie.ts';
import { Film } from '../play/film.ts';
import { encodeDuration, encodeIndex, type Head, type IndexedRun, makeHead } from './head.ts';
import type { RecordedFile } from './options.ts';

/** The next file of a recording, `a-2.mp4` behind `a.mp4`: nobody is there to be asked, so that no name is taken that somebody has. */
export async function nextPath(path: string, number: number, force: boolean): Promise<string> {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  for (let tried = number; ; tried += 1) {
    const next = `${stem}-${tried}${extension}`;
    if (force || !((await exists(next)) || (await exists(temporary(next))))) return next;
  }
}

export class ClipFile {
  readonly path: string;
  readonly film: Film;
  readonly #main: Track;
  readonly #head: Head;
  readonly #handle: FileHandle;
  /** Of all that was written whole. */
  #size: number;
  #seconds = 0;
  #mainEnd = 0;
  /** Segments that are over, and where the one that grows began: bytes, and ticks of the main track. */
  readonly #runs: IndexedRun[] = [];
  #begin: { readonly size: number; readonly time: number } | undefined;
  #segments = 0;

  private constructor(path: string, init: Buffer, head: Head, handle: FileHandle) {
    this.path = path;
    this.film = new Film(init);
    this.#main = readMovie(requiredBox(init, 'moov')).main;
    this.#head = head;
    this.#handle = handle;
    this.#size = head.bytes.length;
  }

  /**
   * Throws what {@link expectPlace} throws, and ConfigurationError when there is a recording of it that is going on or was cut off, unless `force`;
   * SluiceError when the disk refuses.
   */
  static async create(path: string, init: Buffer, force: boolean): Promise<ClipFile> {
    const head = makeHead(init);
    await expectPlace(path, force);
    const handle = await opened(path, force);
    try {
      await writeAll(handle, head.bytes, 0);
      return new ClipFile(path, init, head, handle);
    } catch (error) {
      await handle.close();
      await rm(temporary(path), { force: true });
      throw refused(path, error);
    }
  }

  get bytes(): number {
    return this.#size;
  }

  get seconds(): number {
    return this.#seconds;
  }

  get segments(): number {
    return this.#segments;
  }

  /** The next part begins a segment. */
  beginSegment(): void {
    this.#closeSegment();
    this.#segments += 1;
    this.#begin = { size: this.#size, time: this.#mainEnd };
  }

  /** Appends a part, its times moved behind what is there (in place). Throws FormatError, or SluiceError when the disk refuses. */
  async append(part: Buffer): Promise<void> {
    this.film.timeline.place(part);
    try {
      await writeAll(this.#handle, part, this.#size);
    } catch (error) {
      throw refused(this.path, error);
    }
    this.#size += part.length;
    this.#seconds = this.film.timeline.seconds;
    this.#mainEnd = this.film.timeline.mainEnd;
  }

  /** Gives the file its name: what has been appended is whole, and on the disk. Throws SluiceError when the disk refuses. */
  async finish(): Promise<RecordedFile> {
    this.#closeSegment();
    try {
      // What was written in part, when the disk was full.
      await this.#handle.truncate(this.#size);
      await this.#fillRooms();
      await this.#handle.sync();
      await this.#handle.close();
      await rename(temporary(this.path), this.path);
      await syncFolder(dirname(this.path));
    } catch (error) {
      await this.#handle.close().catch(() => {});
      throw refused(this.path, error);
    }
    const { path, segments, seconds, bytes } = this;
    return { path, segments, seconds, bytes };
  }

  async #fillRooms(): Promise<void> {
    const { durationAt, indexAt, timescale } = this.#head;
    const duration = durationAt === undefined ? undefined : encodeDuration(this.seconds, timescale);
    if (duration !== undefined) await writeAll(this.#handle, duration, durationAt ?? 0);
    const index = encodeIndex(this.#runs, this.#main);
    if (index !== undefined) await writeAll(this.#handle, index, indexAt);
  }

  #closeSegment(): void {
    if (this.#begin === undefined) return;
    const size = this.#size - this.#begin.size;
    const duration = this.#mainEnd - this.#begin.time;
    if (size > 0) this.#runs.push({ size, duration });
    this.#begin = undefined;
  }
}

function temporary(path: string): string {
  return `${path}.part`;
}

/**
 * Throws ConfigurationError when there is a file of that name, unless `force`; when what is there is none (a folder, a device), which no file can or
 * may replace; and when its folder is not there: hours may pass before the first picture comes.
 */
export async function expectPlace(path: string, force: boolean): Promise<void> {
  const folder = await found(dirname(path));
  if (folder?.isDirectory() !== true)
    throw new ConfigurationError(`${path}: there is no folder ${dirname(path)}`);
  const there = await found(path);
  if (there === undefined) return;
  if (!there.isFile())
    throw new ConfigurationError(`${path} is no file, but something else: choose another --out`);
  if (force) return;
  throw new ConfigurationError(`${path} is there already: choose another --out, or replace it with --force`);
}

async function exists(path: string): Promise<boolean> {
  return (await found(path)) !== undefined;
}

/** Undefined: nothing is there. */
async function found(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw refused(path, error);
  }
}

async function opened(path: string, force: boolean): Promise<FileHandle> {
  try {
    return await open(temporary(path), force ? 'w' : 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw refused(path, error);
    throw new ConfigurationError(
      `${temporary(path)} is there already: that recording goes on, or was cut off (it can be played); move it away, choose another --out, or replace it with --force`,
      { cause: error },
    );
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** So that the name outlives a power cut. Not every system can open a folder. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

function refused(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (error instanceof SluiceError || code === undefined) return error;
  const advice =
    code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : `the disk refuses to write it (${code})`;
  return new SluiceError(`${path}: ${advice}`, { cause: error });
}
