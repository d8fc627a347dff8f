/**
 * Bytes for a sink that takes them anywhere: they go to a temporary file as they come, in any order, twice or in between; the digest
 * follows as long as they come in order, and reads the rest back at the end.
 */
import { algorithmOf, type ChecksumAlgorithm } from '../../records/checksum.ts';
import type { Chunk } from '../../records/file-record.ts';
import type { ByteRange, PartFile } from '../../stores/contract.ts';
import { VanishedError } from '../../stores/vanished.ts';
import type { FileHasher } from '../hashing/file-hasher.ts';
import { createFileHasher } from '../hashing/hasher.ts';
import { allDone } from '../shared/all-done.ts';
import { StoppedError } from '../shared/disk-retry.ts';
import { ConflictError, type IncomingBytes, type Turn } from './incoming-bytes.ts';
import { Ranges } from './ranges.ts';

/** Bytes read back at a time. */
const readBack = 1024 * 1024;
/**
 * Milliseconds that bytes may lie in a temporary file and be believed to be what was written. A file that took longer is slow to come,
 * so that reading it back costs little beside; one that came at once was hashed a moment ago.
 */
export const believedFor = 60_000;

export interface StoredBytesOptions {
  readonly part: PartFile;
  readonly size: number;
  /** The name of the file, for messages. */
  readonly target: string;
  /** What an earlier run left of it; undefined: it begins now. */
  readonly ranges?: readonly ByteRange[] | undefined;
  /** Something was written that the sink has not been told to remember. */
  readonly onWritten: () => void;
  /** What came of it came to somebody else: the topic has it. */
  readonly isElsewhere?: boolean;
}

export class StoredBytes implements IncomingBytes {
  readonly #part: PartFile;
  readonly #size: number;
  readonly #target: string;
  readonly #onWritten: () => void;
  /** Begun by an earlier run: whether its temporary file is still what it was, nobody knows. */
  readonly #isRestored: boolean;
  readonly #isElsewhere: boolean;
  /** Written or being written. */
  #claimed: Ranges;
  #written: Ranges;
  /** Writes and comparisons that are under way. */
  readonly #work = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;
  /** When its first bytes were written, by the steady clock. */
  #wroteFirst: number | undefined;
  /** When its bytes were last found to be right. */
  #digested: number | undefined;
  #readsBack = false;
  /** Somebody may have changed its temporary file. */
  #isTouched = false;
  #hasher: FileHasher | undefined;
  #algorithm: ChecksumAlgorithm | undefined;
  #hashed = 0;

  constructor({ part, size, target, ranges, onWritten, isElsewhere = false }: StoredBytesOptions) {
    this.#isElsewhere = isElsewhere;
    this.#part = part;
    this.#size = size;
    this.#target = target;
    this.#onWritten = onWritten;
    this.#isRestored = ranges !== undefined;
    this.#claimed = new Ranges(ranges);
    this.#written = new Ranges(ranges);
  }

  take(chunk: Chunk): Promise<void> {
    const { offset, bytes } = chunk;
    const end = offset + bytes.length;
    if (this.#claimed.within(offset, end).length > 0) return this.#takeAgain(chunk);
    this.#claimed.add(offset, end);
    const hashed = this.#hash(chunk);
    const written = this.#write(bytes, offset);
    return hashed === undefined ? written : allDone([hashed, written]);
  }

  hasAll(): void {
    this.reset();
    this.#wroteFirst = performance.now();
    this.#claimed.add(0, this.#size);
    this.#written.add(0, this.#size);
    this.#onWritten();
  }

  get isPassedOver(): boolean {
    return this.#isElsewhere && !this.complete;
  }

  takeTurn(): Turn {
    return 'alone';
  }

  get turnFreed(): Promise<void> {
    return Promise.resolve();
  }

  reset(): void {
    this.#claimed = new Ranges();
    this.#written = new Ranges();
    this.#failure = undefined;
    this.#hasher?.drop();
    this.#hasher = undefined;
    this.#algorithm = undefined;
    this.#hashed = 0;
    this.#wroteFirst = undefined;
    this.#digested = undefined;
    this.#readsBack = false;
    this.#isTouched = false;
  }

  get mayBeDamaged(): 'each-time' | 'once' | false {
    if (this.#isTouched) return 'each-time';
    return this.#isRestored || this.#readsBack ? 'once' : false;
  }

  hasLainLong(now: number): boolean {
    return now - (this.#digested ?? this.#wroteFirst ?? now) > believedFor;
  }

  get pieces(): number {
    return this.#claimed.count;
  }

  get bytes(): number {
    return this.#claimed.bytes;
  }

  get complete(): boolean {
    return this.#claimed.covers(this.#size);
  }

  get missing(): readonly ByteRange[] {
    return this.#claimed.missing(0, this.#size);
  }

  async settled(): Promise<void> {
    await allDone([...this.#work]);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** A second time, all of it is read back. */
  async digest(wanted: string, signal: AbortSignal, now: number): Promise<string> {
    const algorithm = algorithmOf(wanted);
    // Asked before the first byte is read back: what is changed afterwards is found when it is published.
    this.#isTouched = this.#size > 0 && !(await this.#part.isAsWritten());
    this.#readsBack = this.#isTouched || now - (this.#wroteFirst ?? now) > believedFor;
    if (this.#hasher === undefined || this.#algorithm !== algorithm || this.#readsBack) {
      this.#hasher?.drop();
      this.#hasher = createFileHasher(algorithm, this.#size);
      this.#hashed = 0;
    }
    const left = Math.min(readBack, this.#size - this.#hashed);
    const buffer = Buffer.from(new SharedArrayBuffer(left));
    while (this.#hashed < this.#size) {
      if (signal.aborted) throw new StoppedError(`stopped while ${this.#target} was verified`);
      const read = await this.#part.read(
        buffer.subarray(0, Math.min(readBack, this.#size - this.#hashed)),
        this.#hashed,
      );
      if (read === 0) throw new VanishedError(`its temporary file ends at byte ${this.#hashed}`);
      await this.#hasher.update(buffer.subarray(0, read));
      this.#hashed += read;
    }
    this.#digested = now;
    const digest = this.#hasher.digest();
    this.#hasher = undefined;
    return digest;
  }

  end(): void {
    this.#hasher?.drop();
  }

  async sync(): Promise<ByteRange[]> {
    const ranges = this.#written.list();
    await this.#part.sync();
    return ranges;
  }

  #hash({ offset, bytes, checksum }: Chunk): Promise<void> | undefined {
    if (offset !== this.#hashed) return undefined;
    this.#algorithm ??= checksum;
    this.#hasher ??= createFileHasher(this.#algorithm, this.#size);
    this.#hashed += bytes.length;
    return this.#hasher.update(bytes);
  }

  async #write(bytes: Uint8Array, offset: number): Promise<void> {
    this.#wroteFirst ??= performance.now();
    const write = this.#part.write(bytes, offset).then(() => {
      this.#written.add(offset, offset + bytes.length);
      this.#onWritten();
    });
    try {
      await this.#underWay(write);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  async #underWay(work: Promise<void>): Promise<void> {
    this.#work.add(work);
    try {
      await work;
    } finally {
      this.#work.delete(work);
    }
  }

  /**
   * What is there already must be the same; what is not is written. Both are told apart before the first await: what is claimed by
   * then is on the disk once all that is under way is, and what other chunks claim later is none of this one's.
   */
  async #takeAgain({ offset, bytes }: Chunk): Promise<void> {
    const end = offset + bytes.length;
    const known = this.#claimed.within(offset, end);
    const gaps = this.#claimed.missing(offset, end);
    const before = this.settled();
    for (const [from, to] of gaps) this.#claimed.add(from, to);
    const written = gaps.map(([from, to]) => this.#write(bytes.subarray(from - offset, to - offset), from));
    // Also compared is what nobody may publish before.
    await allDone([this.#underWay(this.#compare(before, known, offset, bytes)), ...written]);
  }

  async #compare(
    isWritten: Promise<void>,
    known: readonly ByteRange[],
    offset: number,
    bytes: Uint8Array,
  ): Promise<void> {
    await isWritten;
    for (const [from, to] of known) {
      const standing = Buffer.allocUnsafe(to - from);
      for (let at = 0; at < standing.length; ) {
        const read = await this.#part.read(standing.subarray(at), from + at);
        if (read === 0)
          throw new VanishedError(`bytes ${from + at}..${to - 1} were written and are not there any more`);
        at += read;
      }
      if (!standing.equals(bytes.subarray(from - offset, to - offset)))
        throw new ConflictError(`bytes ${from}..${to - 1} came twice, and differ`);
    }
  }
}
