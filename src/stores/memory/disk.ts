/** What stays in memory of a sink when its process ends: see {@link MemoryDisk}. */
import { randomBytes } from 'node:crypto';
import type { FileLook, Published, TopicPositions, UnfinishedUpload } from '../contract.ts';
import { systemError } from './system-error.ts';

/** A file under its final name. */
export interface StandingFile extends FileLook {
  readonly bytes: Uint8Array;
  /** Grows with every file that is put in place: a rewritten file has another. */
  readonly inode: number;
}

export interface MemoryDiskOptions {
  /** Bytes of all files and temporary files that it holds. Default: no limit. */
  readonly capacity?: number;
  /** True: `a` and `A` are one name. */
  readonly caseInsensitive?: boolean;
}

/** What stays when a process ends. */
export class MemoryDisk {
  readonly id: string = randomBytes(8).toString('hex');
  /** True for what {@link copy} made. */
  isCopy = false;
  /** How far topics were read into this disk. */
  positions: readonly TopicPositions[] = [];
  readonly caseInsensitive: boolean;
  readonly files: Map<string, StandingFile> = new Map();
  readonly parts: Map<string, Uint8Array<ArrayBuffer>> = new Map();
  readonly published: Map<string, Published & { readonly mtime: string }> = new Map();
  readonly uploads: Map<string, UnfinishedUpload> = new Map();
  /** May be raised and lowered while sinks are open. */
  capacity: number;
  #inodes = 0;

  constructor(options: MemoryDiskOptions = {}) {
    this.capacity = options.capacity ?? Number.POSITIVE_INFINITY;
    this.caseInsensitive = options.caseInsensitive ?? false;
  }

  /** All that stands here, as a copy of the whole folder has it: with another id, and no proof that anything was copied. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk({ capacity: this.capacity, caseInsensitive: this.caseInsensitive });
    copy.isCopy = true;
    for (const [target, file] of this.files) copy.files.set(target, file);
    for (const [upload, bytes] of this.parts) copy.parts.set(upload, Uint8Array.from(bytes));
    for (const [target, entry] of this.published) copy.published.set(target, entry);
    for (const [upload, one] of this.uploads) copy.uploads.set(upload, one);
    copy.positions = this.positions.map((one) => {
      const begun = [...one.partitions].map(
        ([partition, { began }]) => [partition, { began, safe: began }] as const,
      );
      return { ...one, partitions: new Map(begun) };
    });
    return copy;
  }

  get free(): number {
    let used = 0;
    for (const { bytes } of this.files.values()) used += bytes.length;
    for (const bytes of this.parts.values()) used += bytes.length;
    return this.capacity - used;
  }

  /** Writes into a temporary file, which grows as needed. */
  write(upload: string, bytes: Uint8Array, position: number): void {
    const before = this.parts.get(upload) ?? new Uint8Array(0);
    const length = Math.max(before.length, bytes.length === 0 ? 0 : position + bytes.length);
    if (length - before.length > this.free) throw systemError('ENOSPC', 'no space left on device, write');
    const after = grown(before, length);
    after.set(bytes, position);
    this.parts.set(upload, after);
  }

  /** Puts a file under a name, in place of what stood there. */
  place(target: string, bytes: Uint8Array, look: FileLook): void {
    for (let slash = target.indexOf('/'); slash > 0; slash = target.indexOf('/', slash + 1)) {
      if (this.files.has(target.slice(0, slash)))
        throw systemError('ENOTDIR', `not a directory, '${target}'`);
    }
    for (const other of this.files.keys()) {
      if (other.startsWith(`${target}/`)) throw systemError('EISDIR', `is a directory, '${target}'`);
    }
    this.files.set(target, { ...look, bytes, inode: ++this.#inodes });
  }
}

/** The same bytes in so many, zeros behind them; in the same memory while that has room. */
function grown(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (length <= bytes.buffer.byteLength) return new Uint8Array(bytes.buffer, 0, length);
  const memory = new ArrayBuffer(Math.max(length, 2 * bytes.length));
  const larger = new Uint8Array(memory, 0, length);
  larger.set(bytes);
  return larger;
}
