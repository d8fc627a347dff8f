/**
 * Where dropped files stand until they are on the topic: `DIR/parts` has what is not all there, as `ID` (bytes) and `ID.json` (what is known
 * of it), and `DIR/ready` those that are, by their paths. What is half there stays over a restart.
 */
import { createWriteStream } from 'node:fs';
import { open, readdir, readFile, rename, rm, rmdir, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DataStore, ERRORS, Upload } from '@tus/utils';
import { ConfigurationError } from '../../../errors.ts';
import { makeFolders } from '../../../folder.ts';
import { wantedPath } from './wanted-path.ts';

/** What `@tus/server` answers to somebody whose upload fails. */
interface Refusal {
  readonly status_code: number;
  readonly body: string;
}

/** What is known of an upload, in `ID.json`. */
interface Known {
  readonly size: number;
  readonly metadata: Record<string, string | null>;
  readonly created: string;
  /** All of it is there, and has gone on to `ready`: whoever has not heard of that may ask once more. */
  readonly isDone?: true;
}

/** What has gone on, and whether by this. */
interface Released {
  readonly path: string;
  readonly isFirst: boolean;
}

const ids = /^[0-9a-f]{32}$/;

export class Spool extends DataStore {
  readonly #folder: string;
  readonly #expires: number;
  readonly #releasing = new Map<string, Promise<Released>>();

  /** `expires`: milliseconds after which an upload that is not complete is forgotten. */
  constructor(folder: string, expires: number) {
    super();
    this.#folder = folder;
    this.#expires = expires;
    this.extensions = ['creation', 'creation-with-upload', 'termination', 'expiration'];
  }

  /** What is to be sent. */
  get ready(): string {
    return join(this.#folder, 'ready');
  }

  /** Rejects with ConfigurationError where its folders cannot be made. */
  async open(): Promise<void> {
    await usable(this.#folder);
    // What strangers hand in is nobody else's to read.
    await usable(join(this.#folder, 'parts'), 0o700);
    await usable(this.ready, 0o700);
    await this.#removeLeft();
  }

  override async create(upload: Upload): Promise<Upload> {
    const { id, size = 0, metadata = {}, creation_date: created = new Date().toISOString() } = upload;
    const { bavail, bsize } = await statfs(this.#folder);
    if (bavail * bsize < size) throw full(size);
    await translated(writeFile(this.#part(id), '', { flag: 'wx', mode: 0o600 }));
    await this.#write(id, { size, metadata, created });
    return upload;
  }

  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    const target = createWriteStream(this.#part(id), { flags: 'r+', start: offset });
    await translated(pipeline(stream, target));
    return offset + target.bytesWritten;
  }

  override async getUpload(id: string): Promise<Upload> {
    const { size, metadata, created, isDone } = await this.#known(id);
    const offset = isDone === true ? size : await this.#lengthOf(id, size);
    return new Upload({ id, size, offset, metadata, creation_date: created });
  }

  override async remove(id: string): Promise<void> {
    await this.#known(id);
    await this.#forget(id);
  }

  override getExpiration(): number {
    return this.#expires;
  }

  /** Of what is complete, only the word that it has gone on. What cannot be read now may be whole, and stays. */
  override async deleteExpired(): Promise<number> {
    let count = 0;
    for (const id of await this.#ids()) {
      const known = await this.#known(id).catch(() => undefined);
      if (known === undefined || Date.now() - Date.parse(known.created) < this.#expires) continue;
      if (known.isDone !== true && (await this.#lengthOf(id, known.size)) === known.size) continue;
      await this.#forget(id);
      count += 1;
    }
    return count;
  }

  /** What is complete and has not gone on: a process that was killed may have left some. */
  async complete(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const id of await this.#ids()) {
      const upload = await this.getUpload(id).catch(() => undefined);
      const known = await this.#known(id).catch(() => undefined);
      if (known?.isDone !== true && upload?.offset === upload?.size && upload !== undefined) found.push(id);
    }
    return found;
  }

  /**
   * Lets a complete upload go on, once it is durable: it has its name in `ready` then, in the place of another one that has not been sent
   * yet. Rejects where a file stands in the place of one of its folders. To make it durable takes long: whoever looks meanwhile waits for the same.
   */
  async release(id: string): Promise<Released> {
    const underWay = this.#releasing.get(id);
    if (underWay !== undefined) return { path: (await underWay).path, isFirst: false };
    const released = this.#release(id).finally(() => this.#releasing.delete(id));
    this.#releasing.set(id, released);
    return released;
  }

  async #release(id: string): Promise<Released> {
    const known = await this.#known(id);
    const wanted = wantedPath(known.metadata);
    if ('fault' in wanted) throw refusal(400, wanted.fault);
    const target = join(this.ready, wanted.path);
    if (known.isDone === true) return { path: wanted.path, isFirst: false };
    const isThere = await stat(this.#part(id)).then(
      () => true,
      () => false,
    );
    if (isThere) {
      await synced(this.#part(id));
      await translated(moved(this.#part(id), target));
      await synced(dirname(target));
    }
    await this.#write(id, { ...known, isDone: true });
    return { path: wanted.path, isFirst: true };
  }

  /** Removes folders of `ready` that have become empty. */
  async tidy(): Promise<void> {
    const entries = await readdir(this.ready, { recursive: true, withFileTypes: true });
    const folders = entries
      .filter((entry) => entry.isDirectory())
      .map(({ parentPath, name }) => join(parentPath, name));
    // Those within others come first; one that is not empty stays.
    for (const folder of folders.sort((one, other) => other.length - one.length))
      await rmdir(folder).catch(() => {});
  }

  /** Whether anything is to be sent. */
  async hasReady(): Promise<boolean> {
    const entries = await readdir(this.ready, { recursive: true, withFileTypes: true });
    return entries.some((entry) => entry.isFile());
  }

  /** Of bytes that have gone on, which a process that was killed did not note: all. */
  async #lengthOf(id: string, size: number): Promise<number> {
    const known = await stat(this.#part(id)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    return known?.size ?? size;
  }

  async #ids(): Promise<string[]> {
    const names = await readdir(join(this.#folder, 'parts'));
    return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  }

  async #known(id: string): Promise<Known> {
    if (!ids.test(id)) throw ERRORS.FILE_NOT_FOUND;
    const text = await readFile(`${this.#part(id)}.json`, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? ERRORS.FILE_NOT_FOUND : error;
    });
    return JSON.parse(text) as Known;
  }

  /** As a whole, or not at all. */
  async #write(id: string, known: Known): Promise<void> {
    const path = `${this.#part(id)}.json`;
    await translated(writeFile(`${path}.new`, JSON.stringify(known), { mode: 0o600 }));
    await translated(rename(`${path}.new`, path));
  }

  /** What is known goes first: what is known and has no bytes has gone on, and all of it is there. */
  async #forget(id: string): Promise<void> {
    await rm(`${this.#part(id)}.json`, { force: true });
    await rm(this.#part(id), { force: true });
  }

  /** Bytes of which nothing is known, and words that were not put in place: of a process that was killed in between. Only while nobody else is at it. */
  async #removeLeft(): Promise<void> {
    const names = await readdir(join(this.#folder, 'parts'));
    const known = new Set(names);
    for (const name of names) {
      const isLeft = name.endsWith('.json.new') || (ids.test(name) && !known.has(`${name}.json`));
      if (isLeft) await rm(join(this.#folder, 'parts', name), { force: true });
    }
  }

  #part(id: string): string {
    return join(this.#folder, 'parts', id);
  }
}

async function usable(folder: string, mode?: number): Promise<void> {
  await makeFolders(folder, mode).catch((cause: NodeJS.ErrnoException) => {
    const message = `--spool-folder: ${folder} cannot be used as a folder (${cause.code})`;
    throw new ConfigurationError(message, { cause });
  });
}

/** Also where somebody tidies up meanwhile. */
async function moved(from: string, to: string, tries = 3): Promise<void> {
  try {
    await makeFolders(dirname(to), 0o700);
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 1) throw error;
    await moved(from, to, tries - 1);
  }
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function refusal(status: number, text: string): Refusal {
  return { status_code: status, body: `${text}\n` };
}

function full(size?: number): Refusal {
  const what = size === undefined ? 'the rest of the file' : `${size} bytes`;
  return refusal(507, `the disk of the spool has no room for ${what}: make some, and go on`);
}

/** What a disk says, in the words of whoever dropped the file. */
async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw full();
    if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'EISDIR')
      throw refusal(409, 'a file that waits to be sent has the name of one of its folders: try again soon');
    throw error;
  }
}
