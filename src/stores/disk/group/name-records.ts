/**
 * What stands under the names of a folder that several processes write, told by a record for each: a symbolic link, whose text is what it says. So
 * it is made and replaced as a whole, and needs no more than its folder to be made durable. Records are written in the turn of their name.
 */
import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../../folder.ts';
import type { DiskCalls } from '../calls.ts';
import type { JournalEntry } from '../journal-entry.ts';
import type { NameTurn } from './turns.ts';

/** By short names: longer texts take a block of their own on some file systems. */
interface RecordText {
  readonly u: string;
  readonly s?: number;
  readonly d?: string;
  readonly t?: string;
  readonly i?: string;
  /** Of {@link JournalEntry.modified}. */
  readonly m?: string;
}

export interface NameRecordsOptions {
  readonly calls: DiskCalls;
  /** The sink's root. */
  readonly root: string;
  /** Their folder below it. */
  readonly folder: string;
  /** Entries of a folder have changed: see `Folders.touch`. */
  readonly touch: (folder: string) => void;
}

export class NameRecords {
  readonly #options: NameRecordsOptions;
  #count = 0;

  constructor(options: NameRecordsOptions) {
    this.#options = options;
  }

  /** What is written; undefined where nothing is. */
  text(target: string): string | undefined {
    const { folder, name } = placeOf(target);
    try {
      return readlinkSync(join(this.#options.root, this.#options.folder, folder, name));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'EINVAL') throw error;
      return undefined;
    }
  }

  entry(target: string): JournalEntry | undefined {
    return entryOf(this.text(target));
  }

  /** Somebody else may have written it, and not made it durable. */
  touch(target: string): void {
    const { folder } = this.#options;
    this.#options.touch(folder);
    this.#options.touch(`${folder}/${placeOf(target).folder}`);
  }

  /** Writes a record, as long as the turn is ours; `ENOENT` otherwise. */
  async put(turn: NameTurn, target: string, text: string): Promise<void> {
    const { calls } = this.#options;
    const made = join(turn.folder, `record-${this.#count++}`);
    await calls.makeLink(text, made);
    const { folder, name } = placeOf(target);
    const place = join(this.#options.root, this.#options.folder, folder);
    const put = (): Promise<void> => calls.rename(made, join(place, name));
    await put().catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      await makeFolders(place);
      await put();
    });
    this.touch(target);
  }

  /** Takes a record away, as long as the turn is ours. */
  async take(turn: NameTurn, target: string): Promise<void> {
    const { folder, name } = placeOf(target);
    const path = join(this.#options.root, this.#options.folder, folder, name);
    await this.#options.calls.rename(path, join(turn.folder, `record-${this.#count++}`));
    this.touch(target);
  }
}

/** A few hundred folders for any number of names. */
function placeOf(target: string): { readonly folder: string; readonly name: string } {
  const hash = createHash('sha256').update(target).digest('hex');
  return { folder: hash.slice(0, 2), name: hash.slice(2, 34) };
}

export function textOf({ upload, size, digest, mtime, inode, modified }: JournalEntry): string {
  const text: RecordText = {
    u: upload,
    ...(digest === '' ? {} : { d: digest }),
    ...(size === 0 ? {} : { s: size }),
    ...(mtime === '0' ? {} : { t: mtime }),
    ...(inode === undefined ? {} : { i: inode }),
    ...(modified === null ? {} : { m: modified }),
  };
  return JSON.stringify(text);
}

/** What cannot be read says nothing: what stands there is recognised by its digest then. */
export function entryOf(text: string | undefined): JournalEntry | undefined {
  if (text === undefined) return undefined;
  try {
    const { u, s = 0, d = '', t = '0', i, m = null } = JSON.parse(text) as Partial<RecordText>;
    if (typeof u !== 'string' || typeof d !== 'string' || !/^-?\d+$/.test(t)) return undefined;
    const inode = i === undefined ? {} : { inode: i };
    return { upload: u, size: s, digest: d, mtime: t, folded: null, modified: m, ...inode };
  } catch {
    return undefined;
  }
}
