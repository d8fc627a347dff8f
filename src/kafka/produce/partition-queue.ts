/**
 * PURE. What waits for one partition, what is on its way, and under which sequence numbers (KIP-98): the logic of an
 * idempotent producer without its I/O. Its invariants:
 * - batches are sent in order, and after any failure nothing is sent until everything on its way has been answered;
 * - a batch is sent again under the same numbers, unless the broker has said that it does not have it;
 * - nothing is sent under new numbers, or a new producer id, that may stand on the partition already.
 */
import { type Refusal, withDoubt } from './answers.ts';
import {
  after,
  type Batch,
  discard,
  encode,
  endsBy,
  type HeldRecords,
  newBatch,
  type PendingRecord,
  type ProducerIdentity,
  sequences,
} from './batch.ts';
import { Waiting, type WaitingOptions } from './waiting.ts';

/** Batches on their way at once; the broker remembers as many to tell a retry from a new one. */
const fullWindow = 5;
/** Joining records beyond this brings nothing. */
const joinBytes = 256 * 1024;
/** Batches that are compressed, or wait for being sent, ahead of those on their way. */
const compressedAhead = 4;
/** Milliseconds without a batch after which a broker may have forgotten the producer (`producer.id.expiration.ms`, a day by default). */
const longIdleMs = 60_000;

export interface PartitionQueueOptions extends WaitingOptions {
  /** Batches are offered by `toCompress`, and sent when `compressed` has been told of them. */
  readonly compresses?: boolean;
}

export class PartitionQueue {
  readonly #compresses: boolean;
  readonly #waiting: Waiting;
  #batches: Batch[] = [];
  #identity: ProducerIdentity | undefined;
  /** The sequence number behind the last batch that has been acknowledged. */
  #base = 0;
  /** One until the first has been acknowledged: a broker that knows nothing of a producer takes any first sequence number. */
  #window = 1;
  #joinBytes = joinBytes;
  /** Nothing that the broker has to remember has been acknowledged under this identity. */
  #fresh = true;
  /** When the last batch was sent, milliseconds since the epoch. */
  #sentAt = 0;
  #halted = false;
  #inDoubt = false;
  #refusal: Error | undefined;

  constructor({ compresses = false, ...waiting }: PartitionQueueOptions = {}) {
    this.#compresses = compresses;
    this.#waiting = new Waiting(waiting);
  }

  /** Nothing waits and nothing is on its way. */
  get isEmpty(): boolean {
    return this.#waiting.isEmpty && this.#batches.length === 0;
  }

  /** A failure stopped the queue: `resume` when {@link inFlight} is 0. */
  get halted(): boolean {
    return this.#halted;
  }

  /** Only the broker can say what stands on the partition: `settleDoubt` before `resume`. */
  get inDoubt(): boolean {
    return this.#inDoubt;
  }

  /** Undefined: the queue needs one before it can send. */
  get identity(): ProducerIdentity | undefined {
    return this.#identity;
  }

  /** Batches on their way. */
  get inFlight(): number {
    return this.#batches.reduce((count, { sent }) => count + Number(sent), 0);
  }

  /** Batches that are ready, and wait for being sent. */
  get ready(): number {
    return this.#batches.reduce((count, { sent, stage }) => count + Number(!sent && stage === 'ready'), 0);
  }

  append(record: PendingRecord): void {
    this.#waiting.append(record);
  }

  /** From now on under this id, with numbers from `first`. Only while nothing is on its way. */
  identify(identity: ProducerIdentity, first = 0): void {
    this.#identity = identity;
    this.#base = first;
    this.#fresh = true;
    this.#window = 1;
    for (const batch of this.#batches)
      Object.assign(batch, { encoded: undefined, ambiguous: false, overtaken: false });
    this.#number();
  }

  /** The next batch to send, marked as sent; undefined when there is none or it may not be sent yet. Of shared records, `share` bytes. */
  next(now: number, share = joinBytes): Batch | undefined {
    if (this.#halted || this.#identity === undefined) return undefined;
    const { inFlight } = this;
    if (inFlight === 0 && Math.abs(now - this.#sentAt) > longIdleMs) {
      this.#window = 1;
      // All that was acknowledged is so long ago that the broker need not know of it any more. Of what is in doubt it must.
      this.#fresh ||= !this.#batches.some(({ ambiguous }) => ambiguous);
    }
    if (inFlight >= this.#window) return undefined;
    const unsent = this.#batches.find(({ sent }) => !sent);
    const batch = unsent ?? (this.#compresses ? undefined : this.#join(share));
    // One that is still being compressed holds back those behind it, which would break the order.
    if (batch?.stage !== 'ready') return undefined;
    this.#sentAt = now;
    batch.sent = true;
    batch.behindGap = false;
    batch.encoded ??= encode(batch, now, this.#identity);
    return batch;
  }

  /** The next batch to compress; undefined when enough are ahead. Each has to be told of by {@link compressed}, in any order. */
  toCompress(share = joinBytes): Batch | undefined {
    if (!this.#compresses) return undefined;
    const unsent = this.#batches.filter(({ sent }) => !sent);
    const raw = unsent.find(({ stage }) => stage === 'uncompressed');
    const batch = raw ?? (unsent.length < compressedAhead ? this.#join(share) : undefined);
    if (batch !== undefined) batch.stage = 'compressing';
    return batch;
  }

  /** What came of compressing it: undefined when it is to be sent as it is. */
  compressed(batch: Batch, records: HeldRecords | undefined): void {
    if (!this.holds(batch)) {
      records?.release();
      return;
    }
    batch.compressed = records;
    batch.stage = 'ready';
  }

  /** The broker has it, from `baseOffset` on; -1 when the broker does not say where. */
  acknowledged(batch: Batch, baseOffset: number): void {
    const at = this.#batches.indexOf(batch);
    for (const earlier of this.#batches.slice(0, at)) earlier.overtaken = true;
    this.#batches.splice(at, 1);
    discard(batch);
    this.#fresh = false;
    if (!batch.overtaken) this.#base = after(batch);
    if (!this.#halted) this.#window = fullWindow;
    for (const [index, waiting] of batch.records.entries()) {
      waiting.resolve(baseOffset < 0 ? -1 : baseOffset + index);
    }
  }

  /** Not now. `maybeThere`: nothing says that it was not appended. */
  failed(batch: Batch, maybeThere: boolean): void {
    if (maybeThere && !batch.behindGap) batch.ambiguous = true;
    this.#halt(batch);
  }

  /**
   * The broker says OUT_OF_ORDER_SEQUENCE. True: nothing of ours explains it, so the broker has lost what it had
   * acknowledged, or it has forgotten what it may have appended.
   */
  outOfOrder(batch: Batch): boolean {
    const unexplained = this.#batches[0] === batch && !batch.behindGap;
    this.#halt(batch);
    if (!unexplained) return false;
    if (this.#batches.some(({ ambiguous }) => ambiguous)) this.#inDoubt = true;
    else this.#identity = undefined;
    return true;
  }

  /**
   * Ends a doubt by the last sequence number that the broker has of this producer: undefined when it may not tell, `none` when
   * it has nothing. When that leaves the doubt, what may stand there is rejected with `error`.
   */
  settleDoubt(answer: number | 'none' | undefined, error: Error): void {
    // Nothing at all proves something only where there was nothing to be forgotten.
    const nothing = this.#fresh ? (this.#base - 1 + sequences) % sequences : undefined;
    const last = answer === 'none' ? nothing : answer;
    const refusal = this.#refusal;
    this.#inDoubt = false;
    this.#refusal = undefined;
    if (last === undefined) {
      this.#disown(refusal === undefined ? error : withDoubt(refusal));
      return;
    }
    const there = this.#batches.filter((batch) => batch.ambiguous && endsBy(batch, last));
    for (const batch of there) this.acknowledged(batch, -1);
    for (const batch of this.#batches) batch.ambiguous = false;
    // The broker expects this next. Where acknowledged batches are missing it is less than we would say.
    if (this.#base !== (last + 1) % sequences) this.#identity = undefined;
  }

  /** The broker does not know the producer (any more). What may stand on the partition is rejected. */
  disowned(batch: Batch, error: Error): void {
    this.#halt(batch);
    this.#disown(withDoubt(error));
  }

  /** The broker will never take it as it is. Records that travelled together get a second chance, apart, if that can help. */
  refused(batch: Batch, error: Error, refusal: Refusal): void {
    this.#halt(batch);
    if (batch.ambiguous) {
      // It may stand there under its numbers, which must not be used for others. If it does not, it is sent once more.
      this.#inDoubt = true;
      this.#refusal = error;
      return;
    }
    const at = this.#batches.indexOf(batch);
    const count = batch.records.length;
    if (count === 1 || refusal === 'refused') for (const { reject } of batch.records) reject(error);
    else if (refusal === 'too-large') this.#joinBytes = Math.max(1, Math.floor(this.#joinBytes / 2));
    const size = refusal === 'too-large' ? Math.ceil(count / 2) : 1;
    discard(batch);
    const parts: Batch[] = [];
    for (let from = 0; refusal !== 'refused' && count > 1 && from < count; from += size) {
      parts.push(this.#newBatch(batch.records.slice(from, from + size), 0));
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
    const batches = this.#batches;
    this.#batches = [];
    this.#identity = undefined;
    this.#halted = false;
    this.#inDoubt = false;
    this.#refusal = undefined;
    const waiting = this.#waiting.clear();
    for (const batch of batches)
      this.#reject(batch, batch.sent || batch.ambiguous ? withDoubt(error) : error);
    for (const { reject } of waiting) reject(error);
  }

  /** True while the batch is one of this queue's: late answers to what has been given up are for nobody. */
  holds(batch: Batch): boolean {
    return this.#batches.includes(batch);
  }

  #halt(batch: Batch): void {
    batch.sent = false;
    this.#halted = true;
    this.#window = 1;
    if (batch.ambiguous) return;
    // The broker has not appended it, so it does not append what was sent behind it either.
    for (const later of this.#batches.slice(this.#batches.indexOf(batch) + 1)) later.behindGap ||= later.sent;
  }

  #disown(error: Error): void {
    this.#identity = undefined;
    const given = this.#batches.filter(({ ambiguous }) => ambiguous);
    this.#batches = this.#batches.filter(({ ambiguous }) => !ambiguous);
    for (const batch of given) this.#reject(batch, error);
  }

  #reject(batch: Batch, error: Error): void {
    discard(batch);
    for (const { reject } of batch.records) reject(error);
  }

  /** What may stand on the partition keeps its numbers; all else follows what has been acknowledged without a gap. */
  #number(): void {
    let sequence = this.#base;
    for (const batch of this.#batches) {
      if (batch.overtaken) continue;
      if (!batch.ambiguous && batch.sequence !== sequence) {
        batch.sequence = sequence;
        batch.encoded = undefined;
      }
      sequence = after(batch);
    }
  }

  #join(share: number): Batch | undefined {
    const records = this.#waiting.take(this.#joinBytes, share);
    if (records.length === 0) return undefined;
    const last = this.#batches.at(-1);
    const batch = this.#newBatch(records, last && !last.overtaken ? after(last) : this.#base);
    this.#batches.push(batch);
    return batch;
  }

  #newBatch(records: readonly PendingRecord[], sequence: number): Batch {
    return newBatch(records, sequence, this.#compresses ? 'uncompressed' : 'ready');
  }
}
