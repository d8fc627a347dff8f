/**
 * One upload that is being received: its bytes go to a temporary file as they come, in any order, twice or in between;
 * its digest follows as long as they come in order, and reads the rest back at the end.
 */
import { FormatError } from '../../errors.ts';
import { algorithmOf, type ChecksumAlgorithm } from '../../records/checksum.ts';
import type { FileFacts } from '../../records/file-facts.ts';
import type { Chunk, UploadRef } from '../../records/file-record.ts';
import type { ByteRange, PartFile, UnfinishedUpload } from '../../stores/contract.ts';
import { VanishedError } from '../../stores/vanished.ts';
import type { FileHasher } from '../hashing/file-hasher.ts';
import { createFileHasher } from '../hashing/hasher.ts';
import { allDone } from '../shared/all-done.ts';
import { StoppedError } from '../shared/disk-retry.ts';
import { Ranges, textOf } from './ranges.ts';

/** Bytes read back at a time. */
const readBack = 1024 * 1024;
/**
 * Milliseconds that bytes may lie in a temporary file and be believed to be what was written. A file that took longer is slow to come,
 * so that reading it back costs little beside; one that came at once was hashed a moment ago.
 */
export const believedFor = 60_000;

/** Two records claim different bytes for one range. */
export class ConflictError extends FormatError {
  override name = 'ConflictError';
}

export class IncomingUpload {
  readonly ref: UploadRef;
  readonly size: number;
  readonly target: string;
  /** The facts of the closing record, once it has come. */
  close: FileFacts | undefined;
  /** Written to since it was last remembered. */
  dirty = false;
  /** Set once it is verified and published: settles when that is through. */
  finishing: Promise<void> | undefined;
  /** Settles when its bytes have been fetched again; set while they are. */
  again: Promise<void> | undefined;
  /** Verified, and kept until its name can be written: told as failed, and not open any more. */
  isHeld = false;
  /** Ended and forgotten: nothing more is to be done for it. */
  isGone = false;
  /** How often they were. */
  restarts = 0;
  /** Partition of the topic -> Kafka offset of the first record of it. */
  readonly firsts: Map<number, number>;
  /** Partition of the topic -> Kafka offset of the newest record of it. */
  readonly lasts: Map<number, number>;
  /** Kafka's id of the topic that it is on. */
  readonly topic: string;
  /** Begun by an earlier run: whether its temporary file is still what it was, nobody knows. */
  readonly isRestored: boolean;
  readonly #part: PartFile;
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

  constructor(
    ref: UploadRef,
    topic: string,
    size: number,
    target: string,
    part: PartFile,
    unfinished?: UnfinishedUpload,
  ) {
    this.ref = ref;
    this.topic = topic;
    this.size = size;
    this.target = target;
    this.#part = part;
    this.#claimed = new Ranges(unfinished?.ranges);
    this.#written = new Ranges(unfinished?.ranges);
    this.firsts = new Map(unfinished?.seen.map(([partition, first]) => [partition, first]));
    this.lasts = new Map(unfinished?.seen.map(([partition, , last]) => [partition, last]));
    this.isRestored = unfinished !== undefined;
    this.close = unfinished?.close === undefined ? undefined : (JSON.parse(unfinished.close) as FileFacts);
  }

  /**
   * Takes a chunk; resolves once its bytes are hashed and written. The chunk is claimed and handed to both before the first
   * await, so that calls in the order of the records keep that order. Throws ConflictError when other bytes stand there already.
   */
  take(chunk: Chunk): Promise<void> {
    const { offset, bytes } = chunk;
    const end = offset + bytes.length;
    if (this.#claimed.within(offset, end).length > 0) return this.#takeAgain(chunk);
    this.#claimed.add(offset, end);
    const hashed = this.#hash(chunk);
    const written = this.#write(bytes, offset);
    return hashed === undefined ? written : allDone([hashed, written]);
  }

  /** Notes where on the topic a record of it stands. */
  saw(partition: number, offset: number): void {
    const first = this.firsts.get(partition);
    if (first === undefined || offset < first) this.firsts.set(partition, offset);
    if (offset > (this.lasts.get(partition) ?? -1)) this.lasts.set(partition, offset);
  }

  /** Forgets all that has come: its temporary file is gone. Call it when settled. */
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
    this.finishing = undefined;
    this.dirty = true;
  }

  /**
   * True when what was read back may be wrong through no fault of the topic: it is to be fetched again, once; each time that somebody
   * may have changed it.
   */
  get mayBeDamaged(): boolean {
    const isFirst = (this.isRestored || this.#readsBack) && this.restarts === 0;
    return (isFirst || this.#isTouched) && this.firsts.size > 0;
  }

  /** True when nobody has looked at its bytes for so long that they are to be read back. `now`: steady milliseconds. */
  hasLainLong(now: number = performance.now()): boolean {
    return now - (this.#digested ?? this.#wroteFirst ?? now) > believedFor;
  }

  /** Ranges of bytes that are claimed. */
  get pieces(): number {
    return this.#claimed.count;
  }

  /** Bytes that are claimed. */
  get bytes(): number {
    return this.#claimed.bytes;
  }

  /** True when every byte has come (it may still be on its way to the disk). */
  get complete(): boolean {
    return this.#claimed.covers(this.size);
  }

  /** What has not come, as text for people: `0..1048575, 3145728..4194303`. */
  get missing(): string {
    return textOf(this.#claimed.missing(0, this.size));
  }

  /** Resolves when nothing is on its way to the disk, or compared; rejects when a write ever failed: those bytes are claimed, not there. */
  async settled(): Promise<void> {
    await allDone([...this.#work]);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /**
   * The digest of the whole file, as `algorithm:hex`; call it when complete and settled. A second time, all of it is read back. Throws
   * StoppedError when the signal comes while bytes are read back. `now`: steady milliseconds.
   */
  async digest(wanted: string, signal: AbortSignal, now: number = performance.now()): Promise<string> {
    const algorithm = algorithmOf(wanted);
    // Asked before the first byte is read back: what is changed afterwards is found when it is published.
    this.#isTouched = this.size > 0 && !(await this.#part.isAsWritten());
    this.#readsBack = this.#isTouched || now - (this.#wroteFirst ?? now) > believedFor;
    if (this.#hasher === undefined || this.#algorithm !== algorithm || this.#readsBack) {
      this.#hasher?.drop();
      this.#hasher = createFileHasher(algorithm, this.size);
      this.#hashed = 0;
    }
    const left = Math.min(readBack, this.size - this.#hashed);
    const buffer = Buffer.from(new SharedArrayBuffer(left));
    while (this.#hashed < this.size) {
      if (signal.aborted) throw new StoppedError(`stopped while ${this.target} was verified`);
      const read = await this.#part.read(
        buffer.subarray(0, Math.min(readBack, this.size - this.#hashed)),
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

  /** Its digest is not wanted any more. */
  dropDigest(): void {
    this.#hasher?.drop();
  }

  /** Makes what is written durable and says what that is. */
  async sync(): Promise<UnfinishedUpload> {
    const unfinished: UnfinishedUpload = { ...this.withoutBytes, ranges: this.#written.list() };
    this.dirty = false;
    await this.#part.sync();
    return unfinished;
  }

  /** What the next run has to know of an upload that has nothing durable: where all of it can be had. */
  get withoutBytes(): UnfinishedUpload {
    return {
      ...this.ref,
      size: this.size,
      ranges: [],
      close: this.close === undefined ? undefined : JSON.stringify(this.close),
      topic: this.topic,
      seen: [...this.firsts].map(([partition, first]) => [
        partition,
        first,
        this.lasts.get(partition) ?? first,
      ]),
    };
  }

  #hash({ offset, bytes, checksum }: Chunk): Promise<void> | undefined {
    if (offset !== this.#hashed) return undefined;
    this.#algorithm ??= checksum;
    this.#hasher ??= createFileHasher(this.#algorithm, this.size);
    this.#hashed += bytes.length;
    return this.#hasher.update(bytes);
  }

  async #write(bytes: Uint8Array, offset: number): Promise<void> {
    this.#wroteFirst ??= performance.now();
    const write = this.#part.write(bytes, offset).then(() => {
      this.#written.add(offset, offset + bytes.length);
      this.dirty = true;
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
