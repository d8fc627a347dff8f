/**
 * What stands under the names of a folder that several processes write, told by a record for each: a symbolic link, whose text is what it says. So
 * it is made and replaced as a whole, and needs no more than its folder to be made durable. Records are written in the turn of their name.
 */
import { createHash } from 'node:crypto';
import { type BigIntStats, lstatSync, readlinkSync } from 'node:fs';
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
  readonly b?: BeforeText;
}

/** What stood there when it was recorded, and what was recorded of that. */
interface BeforeText {
  readonly i: string;
  readonly s: string;
  readonly t: string;
  readonly r?: RecordText;
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

  /** What is known of a name: of what stood there before, where that still does, and what is written was only about to. */
  entry(target: string, text: string | undefined = this.text(target)): JournalEntry | undefined {
    const record = parsed(text);
    if (!record?.b || !this.#stands(target, record.b)) return entryOf(record);
    return entryOf(record.b.r);
  }

  #stands(target: string, { i, s, t }: BeforeText): boolean {
    try {
      const look = lstatSync(join(this.#options.root, target), { bigint: true });
      return String(look.ino) === i && String(look.size) === s && String(look.mtimeNs) === t;
    } catch {
      return false;
    }
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

export function textOf(entry: JournalEntry): string {
  return JSON.stringify(recordOf(entry));
}

/** The same of what is about to stand there, with what does until then, and what is known of that. */
export function textBefore(
  entry: JournalEntry,
  standing: BigIntStats | undefined,
  known: JournalEntry | undefined,
): string {
  if (standing === undefined) return textOf(entry);
  const { ino, size, mtimeNs } = standing;
  const of = known === undefined ? {} : { r: recordOf(known) };
  const b: BeforeText = { i: String(ino), s: String(size), t: String(mtimeNs), ...of };
  return JSON.stringify({ ...recordOf(entry), b });
}

function recordOf({ upload, size, digest, mtime, inode, modified }: JournalEntry): RecordText {
  return {
    u: upload,
    ...(digest === '' ? {} : { d: digest }),
    ...(size === 0 ? {} : { s: size }),
    ...(mtime === '0' ? {} : { t: mtime }),
    ...(inode === undefined ? {} : { i: inode }),
    ...(modified === null ? {} : { m: modified }),
  };
}

function parsed(text: string | undefined): Partial<RecordText> | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Partial<RecordText>;
  } catch {
    return undefined;
  }
}

/** What cannot be read says nothing: what stands there is recognised by its digest then. */
function entryOf(record: Partial<RecordText> | undefined): JournalEntry | undefined {
  if (record === undefined || record === null) return undefined;
  const { u, s = 0, d = '', t = '0', i, m = null } = record;
  if (typeof u !== 'string' || typeof d !== 'string' || !/^-?\d+$/.test(t)) return undefined;
  const inode = i === undefined ? {} : { inode: i };
  return { upload: u, size: s, digest: d, mtime: t, folded: null, modified: m, ...inode };
}
