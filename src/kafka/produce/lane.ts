/**
 * PURE. What waits for one partition, what is on its way, and under which sequence numbers (KIP-98): the logic of an
 * idempotent producer without its I/O. Its invariants:
 * - batches are sent in order, and after any failure nothing is sent until everything on its way has been answered;
 * - a batch is sent again under the same numbers, unless the broker has said that it does not have it;
 * - nothing is sent under new numbers, or a new producer id, that may stand on the partition already.
 */
import { batchHeaderBytes, recordSize } from '../batch.ts';
import type { NewRecord } from '../contract.ts';
import { type EncodedBatch, encodeBatch } from '../wire/batch-encode.ts';

/** An appended record that has not been answered. */
export interface Waiting {
  readonly record: NewRecord;
  /** Bytes of a batch that holds it alone. */
  readonly size: number;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: Error) => void;
}

/** Records that travel together. */
export interface Batch {
  readonly records: readonly Waiting[];
  sequence: number;
  encoded: EncodedBatch | undefined;
  /** On its way to the broker. */
  sent: boolean;
  /** It was sent once and the answer was lost: it may stand on the partition. */
  ambiguous: boolean;
  /** A batch before it failed after this one had been sent: an OUT_OF_ORDER_SEQUENCE says no more than that. */
  behindFailure: boolean;
}

/** Who writes: the broker gives out ids by InitProducerId. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly epoch: number;
}

/** Batches on their way at once; the broker remembers as many to tell a retry from a new one. */
const fullWindow = 5;
/** Joining records beyond this brings nothing. */
const joinBytes = 256 * 1024;
const sequences = 2 ** 31;

export class Lane {
  readonly #waiting: Waiting[] = [];
  #batches: Batch[] = [];
  #identity: ProducerIdentity | undefined;
  /** The sequence number that the broker expects next, by what it has acknowledged. */
  #base = 0;
  /**
   * A broker that knows nothing of a producer takes any first sequence number. So only one batch is on its way until the
   * first has been acknowledged.
   */
  #window = 1;
  #joinBytes = joinBytes;
  #halted = false;

  /** Nothing waits and nothing is on its way. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#batches.length === 0;
  }

  /** A failure stopped the lane: `resume` when {@link inFlight} is 0. */
  get halted(): boolean {
    return this.#halted;
  }

  /** Undefined: the lane needs one before it can send. */
  get identity(): ProducerIdentity | undefined {
    return this.#identity;
  }

  /** Batches on their way. */
  get inFlight(): number {
    let count = 0;
    for (const batch of this.#batches) if (batch.sent) count += 1;
    return count;
  }

  append(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  /** From now on under this id, with numbers from 0. Only while nothing is on its way. */
  identify(identity: ProducerIdentity): void {
    this.#identity = identity;
    this.#base = 0;
    this.#window = 1;
    for (const batch of this.#batches) batch.encoded = undefined;
    this.#number();
  }

  /** The next batch to send, marked as sent; undefined when there is none or it may not be sent yet. */
  next(now: number): Batch | undefined {
    if (this.#halted || this.#identity === undefined || this.inFlight >= this.#window) return undefined;
    const batch = this.#batches.find(({ sent }) => !sent) ?? this.#join();
    if (batch === undefined) return undefined;
    batch.sent = true;
    batch.behindFailure = false;
    batch.encoded ??= encodeBatch(
      batch.records.map(({ record }) => record),
      now,
      { ...this.#identity, sequence: batch.sequence },
    );
    return batch;
  }

  /** The broker has it, from `baseOffset` on; -1 when the broker does not say where. */
  acknowledged(batch: Batch, baseOffset: number): void {
    this.#batches.splice(this.#batches.indexOf(batch), 1);
    this.#base = (batch.sequence + batch.records.length) % sequences;
    if (!this.#halted) this.#window = fullWindow;
    for (const [index, waiting] of batch.records.entries())
      waiting.resolve(baseOffset < 0 ? -1 : baseOffset + index);
  }

  /** Not now. `lost`: no answer came, so it may have been appended. */
  failed(batch: Batch, lost: boolean): void {
    batch.ambiguous ||= lost;
    this.#halt(batch);
  }

  /** The broker says OUT_OF_ORDER_SEQUENCE: the batch is not on the partition. True: nothing of ours explains it. */
  outOfOrder(batch: Batch): boolean {
    const unexplained = this.#batches[0] === batch && !batch.behindFailure;
    this.#halt(batch);
    // The broker has lost what it had acknowledged. This batch and all behind it are not there, so they cannot double.
    if (unexplained) this.#identity = undefined;
    return unexplained;
  }

  /** The broker does not know the producer (any more). What may stand on the partition is rejected. */
  disowned(batch: Batch, error: Error): void {
    this.#halt(batch);
    this.#identity = undefined;
    this.#rejectAmbiguous(error);
  }

  /** The broker will never take it as it is. Records that travelled together get a second chance, apart. */
  refused(batch: Batch, error: Error, tooLarge: boolean): void {
    this.#halt(batch);
    if (batch.ambiguous) {
      // It may stand there under its numbers, which must not be used for others.
      this.#identity = undefined;
      this.#rejectAmbiguous(error);
      return;
    }
    const at = this.#batches.indexOf(batch);
    const single = batch.records.length === 1;
    if (single) batch.records[0]!.reject(error);
    if (tooLarge && !single) this.#joinBytes = Math.max(1, Math.floor(this.#joinBytes / 2));
    const size = tooLarge ? Math.ceil(batch.records.length / 2) : 1;
    const parts: Batch[] = [];
    for (let from = 0; !single && from < batch.records.length; from += size) {
      parts.push(newBatch(batch.records.slice(from, from + size), 0));
    }
    this.#batches.splice(at, 1, ...parts);
  }

  /** Everything has been answered: numbers are put right, sending may go on. */
  resume(): void {
    this.#number();
    this.#halted = false;
  }

  /** Rejects everything. What is on its way is forgotten; a new identity is needed afterwards. */
  clear(error: Error): void {
    const records = this.#batches.flatMap((batch) => batch.records).concat(this.#waiting);
    this.#batches = [];
    this.#waiting.length = 0;
    this.#identity = undefined;
    this.#halted = false;
    for (const waiting of records) waiting.reject(error);
  }

  /** True while the batch is one of this lane's: late answers to what has been given up are for nobody. */
  holds(batch: Batch): boolean {
    return this.#batches.includes(batch);
  }

  #halt(batch: Batch): void {
    batch.sent = false;
    this.#halted = true;
    this.#window = 1;
    const later = this.#batches.slice(this.#batches.indexOf(batch) + 1);
    for (const other of later) other.behindFailure ||= other.sent;
  }

  #rejectAmbiguous(error: Error): void {
    const given = this.#batches.filter(({ ambiguous }) => ambiguous);
    this.#batches = this.#batches.filter(({ ambiguous }) => !ambiguous);
    for (const { records } of given) for (const waiting of records) waiting.reject(error);
  }

  #number(): void {
    let sequence = this.#base;
    for (const batch of this.#batches) {
      if (batch.sequence !== sequence) batch.encoded = undefined;
      batch.sequence = sequence;
      sequence = (sequence + batch.records.length) % sequences;
    }
  }

  #join(): Batch | undefined {
    if (this.#waiting.length === 0) return undefined;
    let bytes = batchHeaderBytes;
    let count = 0;
    for (const { record } of this.#waiting) {
      bytes += recordSize(record, count);
      if (count > 0 && bytes > this.#joinBytes) break;
      count += 1;
    }
    const last = this.#batches.at(-1);
    const sequence = last ? (last.sequence + last.records.length) % sequences : this.#base;
    const batch = newBatch(this.#waiting.splice(0, count), sequence);
    this.#batches.push(batch);
    return batch;
  }
}

function newBatch(records: readonly Waiting[], sequence: number): Batch {
  return { records, sequence, encoded: undefined, sent: false, ambiguous: false, behindFailure: false };
}
