/** One upload that is being received: which file it is, what the topic has said of it, and how far it is. Its bytes are {@link IncomingBytes}. */
import { FormatError } from '../../errors.ts';
import type { CopySource } from '../../records/copy-source.ts';
import { type DeltaParts, deltaPartsOf, partsJson } from '../../records/delta-parts.ts';
import type { FileFacts } from '../../records/file-facts.ts';
import type { Chunk, UploadRef } from '../../records/file-record.ts';
import type { Stripe } from '../../records/stripes.ts';
import type { UnfinishedUpload } from '../../stores/contract.ts';
import type { Span } from '../../tracing/span.ts';
import { type BytesIn, bytesInParts } from './bytes-in.ts';
import type { IncomingBytes, Turn } from './incoming-bytes.ts';
import { textOf } from './ranges.ts';

export interface IncomingUploadOptions {
  readonly ref: UploadRef;
  /** Kafka's id of the topic that it is on. */
  readonly topic: string;
  readonly size: number;
  readonly target: string;
  /** What an earlier run left of it. */
  readonly unfinished?: UnfinishedUpload | undefined;
  /** Makes what takes its bytes; `onWritten` is to be called when something was written that the sink is to remember. */
  readonly bytes: (onWritten: () => void) => IncomingBytes;
}

/** What a sink remembers of a closed upload beside its facts. */
interface SaidWithFacts {
  readonly of?: CopySource;
  readonly parts?: unknown;
  readonly stripes?: readonly Stripe[];
  readonly named?: readonly Stripe[];
  readonly awaited?: number;
}

/** True for what a sink remembers of an upload that is closed, and ends by itself: what it lacks is not waited for. */
export function isEnding({ close }: Pick<UnfinishedUpload, 'close'>): boolean {
  return close !== undefined && (JSON.parse(close) as SaidWithFacts).awaited === undefined;
}

export class IncomingUpload {
  readonly ref: UploadRef;
  readonly size: number;
  readonly target: string;
  /** When its first record came here; milliseconds since the epoch. */
  readonly came = Date.now();
  /** The trace of its end, while somebody keeps it. */
  trace: Span | undefined;
  /** The facts of the closing record, once it has come. */
  close: FileFacts | undefined;
  /** It is a copy: whose bytes it has. */
  of: CopySource | undefined;
  /** It is a delta: what it has of which former uploads. */
  parts: DeltaParts | undefined;
  /** It is fetched from several partitions once it is closed: where its chunks stand. */
  stripes: readonly Stripe[] | undefined;
  /** It comes from several partitions: where its closing record says that its chunks stand. */
  named: readonly Stripe[] | undefined;
  /** Since when bytes are waited for that it lacked when it was closed; milliseconds since the epoch. */
  awaited: number | undefined;
  /** Such an upload is not fetched before this time, nor for as long as the partitions end where they did. */
  fetchedNext = 0;
  fetchedUpTo: string | undefined;
  /** Its bytes are taken from a file of the sink, which anybody may have changed. */
  isBorrowed = false;
  /** Settles when no more of such a file is on its way here; never rejects. */
  borrowing: Promise<void> | undefined;
  /** Written to since it was last remembered. */
  dirty = false;
  /** Set once it is verified and published: settles when that is through. */
  finishing: Promise<void> | undefined;
  /** Settles when its bytes have been fetched again; set while they are. */
  again: Promise<void> | undefined;
  /** Verified, and kept until its name can be written: told as failed, and not open any more. */
  isHeld = false;
  /** And that was told as a failure. */
  isHeldTold = false;
  /** Ended and forgotten: nothing more is to be done for it. */
  isGone = false;
  /** How often its bytes were fetched again because something was wrong with them. */
  restarts = 0;
  /** Partition of the topic -> Kafka offset of the first record of it. */
  readonly firsts: Map<number, number>;
  /** Partition of the topic -> Kafka offset of the newest record of it. */
  readonly lasts: Map<number, number>;
  readonly topic: string;
  readonly #bytes: IncomingBytes;
  /** The path that stands on the topic where it is encrypted; empty: it is not. */
  #standsAs: string | undefined;

  constructor({ ref, topic, size, target, unfinished, bytes }: IncomingUploadOptions) {
    this.ref = ref;
    this.topic = topic;
    this.size = size;
    this.target = target;
    this.firsts = new Map(unfinished?.seen.map(([partition, first]) => [partition, first]));
    this.lasts = new Map(unfinished?.seen.map(([partition, , last]) => [partition, last]));
    const said = JSON.parse(unfinished?.close ?? '{}') as Partial<FileFacts> & SaidWithFacts;
    const { of, parts, stripes, named, awaited, ...close } = said;
    this.close = unfinished?.close === undefined ? undefined : (close as FileFacts);
    this.of = of;
    this.parts = parts === undefined ? undefined : deltaPartsOf(parts);
    this.stripes = stripes;
    this.named = named;
    this.awaited = awaited;
    this.#bytes = bytes(() => {
      this.dirty = true;
    });
  }

  /** Ids are random: a record that has one and names another file is not of that upload. Throws FormatError. */
  mustBeOf({ uploader, path, upload, sealed }: UploadRef, hasBytes = false): void {
    if (uploader !== this.ref.uploader || path !== this.ref.path)
      throw new FormatError(`upload ${upload} is one of ${this.#own}, and a record says otherwise`);
    if (!hasBytes) return;
    const standsAs = sealed ?? '';
    // What an earlier run began may be either; the digest tells.
    this.#standsAs ??= standsAs;
    if (this.#standsAs !== standsAs)
      throw new FormatError(
        `some records of upload ${upload} are encrypted, and some are not: it is one of ${this.#own}`,
      );
  }

  get #own(): string {
    return `${this.ref.uploader}/${this.ref.path}`;
  }

  /** True for a path that stands in records of it, encrypted ones too. */
  isNamed(path: string): boolean {
    return path === this.ref.path || (this.#standsAs !== '' && path === this.#standsAs);
  }

  /** See {@link IncomingBytes.take}. */
  take(chunk: Chunk): Promise<void> {
    return this.#bytes.take(chunk);
  }

  /** Notes where on the topic a record of it stands. */
  saw(partition: number, offset: number): void {
    const first = this.firsts.get(partition);
    if (first === undefined || offset < first) this.firsts.set(partition, offset);
    if (offset > (this.lasts.get(partition) ?? -1)) this.lasts.set(partition, offset);
  }

  /** Forgets all that has come: its temporary file is gone. Call it when settled. */
  reset(): void {
    this.#bytes.reset();
    this.isBorrowed = false;
    this.finishing = undefined;
    this.dirty = true;
  }

  /**
   * True when what was read back may be wrong through no fault of the topic: it is to be fetched again, once; each time that somebody
   * may have changed it.
   */
  get mayBeDamaged(): boolean {
    const { mayBeDamaged } = this.#bytes;
    return (
      (this.isBorrowed || mayBeDamaged === 'each-time' || (mayBeDamaged === 'once' && this.restarts === 0)) &&
      this.firsts.size > 0
    );
  }

  /** All of it stands in its temporary file, and is to be read back: see {@link IncomingBytes.hasAll}. */
  hasAll(): void {
    this.#bytes.hasAll?.();
  }

  /** It has bytes of other uploads, and ends by itself. */
  get isMade(): boolean {
    return this.of !== undefined || this.parts !== undefined;
  }

  /** Its bytes do not come with the records that are read: they are fetched once it is closed. */
  get isFetched(): boolean {
    return this.isMade || this.stripes !== undefined;
  }

  /** Where its closing record says that its chunks stand, of one that is striped. */
  get told(): readonly Stripe[] | undefined {
    return this.stripes ?? this.named;
  }

  /** Whose records have its bytes: its own, of a copy another upload's, of a delta both. */
  get bytesIn(): BytesIn[] {
    const { size, of } = this;
    if (of !== undefined) {
      const { upload, path, partition, first, last } = of;
      return [{ upload, path, size, at: [[partition, first, last]], isTold: true }];
    }
    const seen = [...this.firsts].map(([where, first]) => [where, first, this.lasts.get(where)] as const);
    const isTold = this.stripes !== undefined;
    const own = { upload: this.ref.upload, path: undefined, size, at: this.stripes ?? seen, isTold };
    return this.parts === undefined ? [own] : [own, ...bytesInParts(this.parts)];
  }

  /** What came of it was passed over, for there was no room: the topic has it, and it is fetched when it is its turn. */
  get isPassedOver(): boolean {
    return this.#bytes.isPassedOver && this.firsts.size > 0;
  }

  /** See {@link IncomingBytes.takeTurn}. */
  takeTurn(): Turn | undefined {
    return this.#bytes.takeTurn();
  }

  /** See {@link IncomingBytes.turnFreed}. */
  get turnFreed(): Promise<void> {
    return this.#bytes.turnFreed;
  }

  /** True when nobody has looked at its bytes for so long that they are to be read back. `now`: steady milliseconds. */
  hasLainLong(now: number = performance.now()): boolean {
    return this.#bytes.hasLainLong(now);
  }

  /** Ranges of bytes that are claimed. */
  get pieces(): number {
    return this.#bytes.pieces;
  }

  /** Bytes that are claimed. */
  get bytes(): number {
    return this.#bytes.bytes;
  }

  /** True when every byte has come (it may still be on its way to the sink). */
  get complete(): boolean {
    return this.#bytes.complete;
  }

  /** What has not come, as text for people: `0..1048575, 3145728..4194303`. */
  get missing(): string {
    return textOf(this.#bytes.missing);
  }

  /** See {@link IncomingBytes.settled}. */
  settled(): Promise<void> {
    return this.borrowing?.then(() => this.#bytes.settled()) ?? this.#bytes.settled();
  }

  /** See {@link IncomingBytes.digest}. `now`: steady milliseconds. */
  digest(wanted: string, signal: AbortSignal, now: number = performance.now()): Promise<string> {
    return this.#bytes.digest(wanted, signal, now);
  }

  /** Nothing of it is wanted any more, or another run goes on with it. */
  end(): void {
    this.#bytes.end();
  }

  /** Makes what is written durable and says what that is. */
  async sync(): Promise<UnfinishedUpload> {
    const row = this.withoutBytes;
    this.dirty = false;
    return { ...row, ranges: await this.#bytes.sync() };
  }

  /** What the next run has to know of an upload that has nothing durable: where all of it can be had. */
  get withoutBytes(): UnfinishedUpload {
    return {
      ...this.ref,
      size: this.size,
      ranges: [],
      close: this.#closing,
      topic: this.topic,
      seen: [...this.firsts].map(([partition, first]) => [
        partition,
        first,
        this.lasts.get(partition) ?? first,
      ]),
    };
  }

  get #closing(): string | undefined {
    const { close, of, parts, stripes, named, awaited } = this;
    if (close === undefined) return undefined;
    return JSON.stringify({ ...close, of, parts: parts && partsJson(parts), stripes, named, awaited });
  }
}
