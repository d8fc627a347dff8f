/** The files of a topic in memory, as `T.state` tells of them: the newest million, found by their names and states. */
import type { FileRow } from '../contract.ts';
import { type FileFacts, FileRows, none } from './file-rows.ts';
import { Names } from './names.ts';
import { Look, type TableRow } from './table-row.ts';
import { type FileCounts, UploaderNumbers } from './uploader-numbers.ts';

/** Files that are kept; of more, an eighth goes: the oldest. So it is with uploaders. */
export const mostFiles = 1_000_000;
const shedShare = 8;
/** Names of files that are gone take memory until so many of them, and more than there are others, do. */
const mostGone = 65_536;
/** Uploaders that are told apart: whoever may write there could make up any number. */
const mostUploaders = 10_000;
/** Rows on a page at the most. */
const pageRows = 500;

export interface TableFile extends FileFacts {
  readonly uploader: string;
  readonly path: string;
}

/** Which files are wanted, by what is known here. `isWanted` is asked of those alone that are called so. */
export interface TableQuestion {
  /** Text that `UPLOADER/PATH` contains; where it has `*`, that stands for any text, and all of the name is meant. */
  readonly search?: string | undefined;
  readonly uploader?: string | undefined;
  readonly isWanted?: ((row: TableRow) => boolean) | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

export interface TablePage {
  readonly files: readonly TableFile[];
  readonly total: number;
  readonly next?: string;
}

export class FileTable {
  readonly #limit: number;
  #names = new Names();
  #rows = new FileRows();
  readonly #uploaders = new UploaderNumbers();
  #shed = 0;

  constructor(limit: number = mostFiles) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#rows.listed;
  }

  /** How many were let go, for there were too many: the oldest ones. */
  get shed(): number {
    return this.#shed;
  }

  /** Bytes that it takes. */
  get bytes(): number {
    return this.#rows.bytes + this.#names.bytes;
  }

  /** How many changes there were. */
  get changes(): number {
    return this.#rows.changes;
  }

  get uploaders(): readonly string[] {
    return this.#uploaders.names;
  }

  counts(uploader: string): FileCounts | undefined {
    const number = this.#uploaders.find(uploader);
    return number === undefined ? undefined : this.#uploaders.counts(number);
  }

  get(uploader: string, path: string): TableFile | undefined {
    const row = this.#names.find(nameOf(uploader, path));
    return row === undefined || !this.#rows.has(row) ? undefined : this.#file(row);
  }

  set(uploader: string, path: string, facts: FileFacts): void {
    const number = this.#numberOf(uploader);
    const row = this.#names.add(nameOf(uploader, path));
    if (row === undefined) return;
    this.#count(row, -1);
    this.#rows.set(row, facts, number);
    this.#count(row, 1);
    if (this.#rows.listed > this.#limit) this.#letGo();
  }

  delete(uploader: string, path: string): void {
    const row = this.#names.find(nameOf(uploader, path));
    if (row === undefined) return;
    this.#count(row, -1);
    this.#rows.remove(row);
    this.#tidy();
  }

  /** Nothing is known of any file. */
  clear(): void {
    this.#names = new Names();
    this.#rows = new FileRows(this.#rows.changes);
    this.#uploaders.clear();
    this.#shed = 0;
  }

  /** What was there at first is read: from now on what comes is newer. */
  settle(): void {
    this.#rows.sort();
  }

  /** Newest first. `next` is good for as long as the table lives: what changes meanwhile stands before all that follows. */
  find(question: TableQuestion): TablePage {
    const { search = '', uploader, isWanted, after, limit = 100 } = question;
    const number = uploader === undefined ? undefined : this.#uploaders.find(uploader);
    if (uploader !== undefined && number === undefined) return { files: [], total: 0 };
    const named = search === '' ? undefined : this.#matching(search);
    const before = after === undefined ? Number.POSITIVE_INFINITY : Number(after);
    const most = Math.min(pageRows, Math.max(1, limit));
    const isAll = number === undefined && named === undefined && isWanted === undefined;
    const look = new Look(this.#rows, this.#names);
    const files: TableFile[] = [];
    let [total, next]: [number, string | undefined] = [0, undefined];
    for (let row = this.#rows.newest; row !== none; row = this.#rows.older(row)) {
      if (number !== undefined && this.#rows.uploader(row) !== number) continue;
      if (named !== undefined && !isSet(named, row)) continue;
      look.row = row;
      if (isWanted !== undefined && !isWanted(look)) continue;
      total += 1;
      const order = this.#rows.order(row);
      if (order >= before) continue;
      if (files.length < most) files.push(this.#file(row));
      else next ??= String(this.#orderOf(files.at(-1)!));
      if (next !== undefined && isAll) break;
    }
    return { files, total: isAll ? this.size : total, ...(next === undefined ? {} : { next }) };
  }

  /** Those that have changed since there were so many changes, newest first, so many at the most. */
  since(changes: number, most: number): { readonly files: readonly TableFile[]; readonly more: boolean } {
    const files: TableFile[] = [];
    for (let row = this.#rows.newest; row !== none; row = this.#rows.older(row)) {
      if (this.#rows.order(row) <= changes) break;
      if (files.length === most) return { files, more: true };
      files.push(this.#file(row));
    }
    return { files, more: false };
  }

  #orderOf({ uploader, path }: TableFile): number {
    return this.#rows.order(this.#names.find(nameOf(uploader, path))!);
  }

  #file(row: number): TableFile {
    const uploader = this.#uploaders.name(this.#rows.uploader(row));
    const name = this.#names.of(row).toString();
    return { ...this.#rows.facts(row), uploader, path: name.slice(uploader.length + 1) };
  }

  /** A bit for each row of that name. */
  #matching(search: string): Uint8Array {
    const bits = new Uint8Array(Math.ceil(this.#names.count / 8));
    const isGlob = search.includes('*');
    const pieces = search.split('*');
    const longest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), '');
    const take = (row: number): void => {
      if (isGlob && !isLike(pieces, this.#names.of(row).toString())) return;
      bits[row >> 3]! |= 1 << (row & 7);
    };
    if (longest !== '') this.#names.containing(Buffer.from(longest), take);
    else for (let row = 0; row < this.#names.count; row++) take(row);
    return bits;
  }

  #numberOf(uploader: string): number {
    const known = this.#uploaders.find(uploader);
    if (known !== undefined) return known;
    if (this.#uploaders.size >= mostUploaders) this.#makeRoom();
    return this.#uploaders.add(uploader);
  }

  /** Too many uploaders: those go whose files have not changed for longest, and these with them. */
  #makeRoom(): void {
    const rows = this.#rows;
    const wanted = mostUploaders - Math.ceil(mostUploaders / shedShare);
    const kept = new Set<number>();
    for (let row = rows.newest; row !== none && kept.size < wanted; row = rows.older(row))
      kept.add(rows.uploader(row));
    const before = rows.listed;
    for (let row = rows.newest, older = none; row !== none; row = older) {
      older = rows.older(row);
      if (!kept.has(rows.uploader(row))) rows.remove(row);
    }
    this.#shed += before - rows.listed;
    this.#uploaders.keep(kept);
    this.#tidy();
  }

  #count(row: number, by: 1 | -1): void {
    if (!this.#rows.has(row)) return;
    const counts = this.#uploaders.counts(this.#rows.uploader(row));
    const state = this.#rows.state(row);
    if (state === 'sending') counts.sendingFiles += by;
    if (state !== 'sent') return;
    counts.sentFiles += by;
    counts.sentBytes += by * this.#rows.size(row);
  }

  /** Too many: the oldest go. They are counted still, and counted again should they change. */
  #letGo(): void {
    const rows = this.#rows;
    const left = Math.ceil(this.#limit / shedShare);
    this.#shed += left;
    for (let row = rows.oldest, count = 0; count < left; count += 1, row = rows.newer(row))
      if (rows.state(row) === 'sending') this.#uploaders.counts(rows.uploader(row)).sendingFiles -= 1;
    this.#keep(rows.listed - left);
  }

  /** Names of files that are gone take memory until they are many. */
  #tidy(): void {
    const gone = this.#names.count - this.size;
    if (gone > mostGone && gone > this.size) this.#keep(this.size);
  }

  /** Only the newest, so many; what all others took of memory is free. */
  #keep(wanted: number): void {
    const [names, rows] = [this.#names, this.#rows];
    const kept: number[] = [];
    for (let row = rows.newest; row !== none && kept.length < wanted; row = rows.older(row)) kept.push(row);
    this.#names = new Names();
    this.#rows = new FileRows(rows.changes);
    for (const row of kept.reverse()) this.#rows.adopt(this.#names.add(names.of(row))!, rows, row);
  }
}

function nameOf(uploader: string, path: string): Buffer {
  return Buffer.from(`${uploader}/${path}`);
}

function isSet(bits: Uint8Array, row: number): boolean {
  return ((bits[row >> 3] ?? 0) & (1 << (row & 7))) !== 0;
}

/** Whether a name consists of these pieces and any text between them: each is looked for once, behind the one before. */
export function isLike(pieces: readonly string[], name: string): boolean {
  const [first = '', ...rest] = pieces;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= name.length - last.length;
}

/** A row as the page is told of it; its state may be another by what readers say. */
export function rowOf(file: TableFile, state: FileRow['state'] = file.state): FileRow {
  const { uploader, path, size, done, mtime, at, upload, isLocked } = file;
  const facts = { id: `${uploader}/${path}`, uploader, path, state, size, done, mtime, at, upload };
  return { ...facts, ...(isLocked ? { isLocked } : {}) };
}
