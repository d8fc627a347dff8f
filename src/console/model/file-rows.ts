/** What is known of one file, in 64 bytes: rows in blocks of memory that are no objects, listed in the order of their changes. */

const rowBytes = 64;
/** A power of two. */
const rowsPerBlock = 8192;
const blockShift = Math.log2(rowsPerBlock);
/** No row. */
export const none = 0xffff_ffff;

export const fileStates = ['sending', 'sent', 'removed', 'aborted'] as const;
export type FileStateWord = (typeof fileStates)[number];

export interface FileFacts {
  readonly state: FileStateWord;
  readonly size: number;
  /** Bytes that are on the topic. */
  readonly done: number;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
  readonly at: number;
  readonly upload: string;
  readonly partition: number;
  /** The Kafka offset of its last record. */
  readonly last: number;
  readonly isLocked: boolean;
}

/** Where a row has what: the first five are whole numbers of six bytes, which is 140 TB, and 4,400 years either way. */
const field = {
  ...{ at: 0, size: 6, mtime: 12, last: 18, order: 24 },
  ...{ partition: 30, uploader: 34, newer: 38, older: 42 },
  ...{ state: 46, flags: 47, upload: 48 },
} as const;
const numberBytes = 6;
const [leastNumber, mostNumber] = [-(2 ** 47), 2 ** 47 - 1];
/** What records say of a partition is anything; Kafka has none beyond this. */
const mostPartition = 2 ** 31 - 1;
const flag = { listed: 1, locked: 2 } as const;
const uploadBytes = 16;

/** Rows by number. One that was removed keeps its number, and is not listed. */
export class FileRows {
  readonly #blocks: Buffer[] = [];
  /** Of those that are not on the topic whole: bytes that are. */
  readonly #done = new Map<number, number>();
  #count = 0;
  #newest = none;
  #oldest = none;
  #listed = 0;
  #order: number;

  /** `changes`: how many there were before. */
  constructor(changes = 0) {
    this.#order = changes;
  }

  /** How many are listed. */
  get listed(): number {
    return this.#listed;
  }

  get bytes(): number {
    return this.#blocks.length * rowBytes * rowsPerBlock;
  }

  /** The newest and the oldest row of the list. */
  get newest(): number {
    return this.#newest;
  }

  get oldest(): number {
    return this.#oldest;
  }

  /** How many changes there were: the newest row has this for its {@link order}. */
  get changes(): number {
    return this.#order;
  }

  has(row: number): boolean {
    return row < this.#count && (this.#byte(row, 'flags') & flag.listed) !== 0;
  }

  /** What is known of it now: it is the newest. */
  set(row: number, facts: FileFacts, uploader: number): void {
    this.#reach(row);
    this.remove(row);
    const [block, at] = [this.#block(row), placeOf(row)];
    for (const name of ['at', 'size', 'mtime', 'last'] as const)
      block.writeIntLE(withinNumbers(facts[name]), at + field[name], numberBytes);
    block.writeUInt32LE(Math.min(mostPartition, facts.partition), at + field.partition);
    block.writeUInt32LE(uploader, at + field.uploader);
    block[at + field.state] = fileStates.indexOf(facts.state);
    block[at + field.flags] = facts.isLocked ? flag.locked : 0;
    block.write(facts.upload, at + field.upload, uploadBytes, 'hex');
    if (facts.done !== facts.size) this.#done.set(row, facts.done);
    this.#list(row);
  }

  /** Takes a row of others over as it is, its place in the order of changes too: rows have to come the oldest first. */
  adopt(row: number, others: FileRows, other: number): void {
    this.#reach(row);
    const from = placeOf(other);
    others.#block(other).copy(this.#block(row), placeOf(row), from, from + rowBytes);
    const done = others.#done.get(other);
    if (done !== undefined) this.#done.set(row, done);
    this.#append(row);
  }

  facts(row: number): FileFacts {
    const size = this.size(row);
    return {
      state: this.state(row),
      size,
      done: this.#done.get(row) ?? size,
      mtime: this.#long(row, 'mtime'),
      at: this.at(row),
      upload: this.upload(row),
      partition: this.partition(row),
      last: this.last(row),
      isLocked: (this.#byte(row, 'flags') & flag.locked) !== 0,
    };
  }

  state(row: number): FileStateWord {
    return fileStates[this.#byte(row, 'state')] ?? 'sent';
  }

  size(row: number): number {
    return this.#long(row, 'size');
  }

  upload(row: number): string {
    const at = placeOf(row) + field.upload;
    return this.#block(row).toString('hex', at, at + uploadBytes);
  }

  /** When it became what it is. */
  at(row: number): number {
    return this.#long(row, 'at');
  }

  last(row: number): number {
    return this.#long(row, 'last');
  }

  /** Of its last change: the newest has the greatest. */
  order(row: number): number {
    return this.#long(row, 'order');
  }

  partition(row: number): number {
    return this.#number(row, 'partition');
  }

  uploader(row: number): number {
    return this.#number(row, 'uploader');
  }

  /** The next older row. */
  older(row: number): number {
    return this.#number(row, 'older');
  }

  /** The next newer row. */
  newer(row: number): number {
    return this.#number(row, 'newer');
  }

  /** Takes it out of the list, if it is there. */
  remove(row: number): void {
    if (!this.has(row)) return;
    this.#done.delete(row);
    const [newer, older] = [this.newer(row), this.older(row)];
    if (newer === none) this.#newest = older;
    else this.#link(newer, 'older', older);
    if (older === none) this.#oldest = newer;
    else this.#link(older, 'newer', newer);
    const [block, at] = [this.#block(row), placeOf(row)];
    block[at + field.flags] = 0;
    this.#listed -= 1;
  }

  /** Lists all by their time: what was read at first came in no order. */
  sort(): void {
    const rows = new Uint32Array(this.#listed);
    let count = 0;
    for (let row = this.#oldest; row !== none; row = this.newer(row)) rows[count++] = row;
    rows.sort((a, b) => this.at(a) - this.at(b));
    [this.#newest, this.#oldest, this.#listed] = [none, none, 0];
    for (const row of rows) this.#list(row);
  }

  /** As the newest, by a change of its own. */
  #list(row: number): void {
    const [block, at] = [this.#block(row), placeOf(row)];
    block[at + field.flags]! |= flag.listed;
    this.#append(row);
    block.writeIntLE(++this.#order, at + field.order, numberBytes);
  }

  #append(row: number): void {
    this.#link(row, 'newer', none);
    this.#link(row, 'older', this.#newest);
    if (this.#newest === none) this.#oldest = row;
    else this.#link(this.#newest, 'newer', row);
    this.#newest = row;
    this.#listed += 1;
  }

  /** Has memory for it. */
  #reach(row: number): void {
    while (row >= this.#blocks.length * rowsPerBlock)
      this.#blocks.push(Buffer.alloc(rowBytes * rowsPerBlock));
    this.#count = Math.max(this.#count, row + 1);
  }

  #block(row: number): Buffer {
    return this.#blocks[row >>> blockShift]!;
  }

  #byte(row: number, name: 'state' | 'flags'): number {
    return this.#block(row)[placeOf(row) + field[name]]!;
  }

  #long(row: number, name: 'at' | 'size' | 'mtime' | 'last' | 'order'): number {
    return this.#block(row).readIntLE(placeOf(row) + field[name], numberBytes);
  }

  #number(row: number, name: 'partition' | 'uploader' | 'newer' | 'older'): number {
    return this.#block(row).readUInt32LE(placeOf(row) + field[name]);
  }

  #link(row: number, name: 'newer' | 'older', to: number): void {
    this.#block(row).writeUInt32LE(to, placeOf(row) + field[name]);
  }
}

/** Where it stands in its block. */
function placeOf(row: number): number {
  return (row & (rowsPerBlock - 1)) * rowBytes;
}

function withinNumbers(number: number): number {
  return Math.min(mostNumber, Math.max(leastNumber, Math.round(number)));
}
