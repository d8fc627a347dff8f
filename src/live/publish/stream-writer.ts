/**
 * Hands numbered records to Kafka in their order, as soon as they come: what Kafka does not take yet waits in the spool. Writes the
 * index behind the acknowledgements.
 */
import { ConfigurationError } from '../../errors.ts';
import { KafkaError, type Producer } from '../../kafka/contract.ts';
import { encodeIndexEntry, type IndexEntry } from '../../records/live-index.ts';
import { encodeLiveRecord, type LiveRecord } from '../../records/live-record.ts';
import { segmentThrough } from '../../tracing/of-segments.ts';
import { timeOfDay } from '../time-of-day.ts';
import { Delays } from './delays.ts';
import type { PublishEvent } from './events.ts';
import type { ClaimedState } from './held-claim.ts';
import type { NumberedRecord } from './numbering.ts';
import { SegmentLedger } from './segment-ledger.ts';
import { type LostSegment, Spool, type Spooled, type SpooledEpoch } from './spool.ts';

/** An epoch as it runs. */
export interface RunningEpoch extends SpooledEpoch {
  /** Its claim, until that is acknowledged. */
  claimed: Promise<void> | undefined;
  /** The next record's number in the epoch. */
  sequence: number;
}

export interface StreamWriterOptions {
  readonly stream: string;
  readonly producer: Producer;
  readonly media: { readonly topic: string; readonly partition: number };
  readonly index: { readonly topic: string; readonly partition: number };
  readonly spoolBytes: number;
  /** Where the stream stood before. */
  readonly before: ClaimedState;
  /** Undefined: go on; otherwise nothing may be handed over before it resolves. */
  readonly confirm: () => Promise<void> | undefined;
  /** Called once, with what ended the hand-over. */
  readonly failed: (error: unknown) => void;
  readonly onEvent: (event: PublishEvent) => void;
  /** Milliseconds since the epoch of Unix, with fractions. */
  readonly now?: () => number;
}

/** Bytes that Kafka may hold without having acknowledged them: these are never given up. */
const mostInFlight = 4 * 1024 * 1024;

export class StreamWriter {
  readonly #options: StreamWriterOptions;
  readonly #spool: Spool;
  readonly #ledger: SegmentLedger;
  readonly #now: () => number;
  readonly #waiters = new Set<() => void>();
  readonly delays = new Delays();
  #standing: ClaimedState;
  #owed: ClaimedState | undefined;
  #inFlight = 0;
  #unacknowledged = 0;
  #isWaiting = false;
  #isSpooling = false;
  #failure: unknown;
  #parts = 0;
  #bytes = 0;
  #segments = 0;
  #gaps = 0;

  constructor(options: StreamWriterOptions) {
    this.#options = options;
    this.#spool = new Spool(options.spoolBytes);
    this.#ledger = new SegmentLedger(options.stream);
    this.#now = options.now ?? timeOfDay;
    this.#standing = options.before;
  }

  /** What a claim may say: everything before is on `L`, and in the index. */
  get standing(): ClaimedState {
    if (this.#owed !== undefined) return this.#owed;
    const { oldest, known } = this.#ledger;
    const { media, discontinuities, offset } = oldest ?? { ...this.#standing, offset: known };
    return {
      media,
      discontinuities: discontinuities ?? this.#standing.discontinuities,
      offset: Math.max(offset, this.#standing.offset),
    };
  }

  /** So far: acknowledged parts (records of them) and their bytes, segments in the index, segments given up. */
  get counts() {
    return { parts: this.#parts, bytes: this.#bytes, segments: this.#segments, gaps: this.#gaps };
  }

  get spooled(): number {
    return this.#spool.bytes;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  push(epoch: RunningEpoch, numbered: readonly NumberedRecord[]): void {
    this.#tell(this.#spool.push(epoch, numbered));
    this.#pump();
  }

  /** The encoder's run is over. */
  closeEpoch(epoch: RunningEpoch): void {
    this.#tell(this.#spool.closeEpoch(epoch));
  }

  /** Writes entries that an earlier publisher owed. Until they are acknowledged, claims go on saying where it stood. */
  restore(entries: readonly IndexEntry[], stood: ClaimedState): void {
    let left = entries.length;
    if (left > 0) this.#owed = stood;
    for (const entry of entries) {
      this.#writeIndex(entry, () => {
        left -= 1;
        if (left === 0) this.#owed = undefined;
      });
    }
  }

  /** Resolves when no more than half of what may be spooled waits: for inputs that can wait. */
  async writable(): Promise<void> {
    await this.#until(() => this.#spool.bytes <= this.#options.spoolBytes / 2);
  }

  /** Resolves when everything is acknowledged, the index too. Rejects when that cannot be. */
  async drained(): Promise<void> {
    // A segment of which something still waits is not closed.
    await this.#until(() => this.#spool.records === 0);
    this.#ledger.closeAll();
    this.#index();
    await this.#until(() => this.#unacknowledged === 0);
  }

  #pump(): void {
    if (this.#isWaiting || this.#failure !== undefined) return;
    for (let next = this.#spool.peek(); next !== undefined; next = this.#spool.peek()) {
      if (this.#inFlight > 0 && this.#inFlight + (next.bytes?.length ?? 0) > mostInFlight) break;
      const wait = (next.epoch as RunningEpoch).claimed ?? this.#options.confirm();
      if (wait !== undefined) {
        this.#waitFor(wait);
        break;
      }
      this.#hand(this.#spool.take() as Spooled);
    }
    this.#tellSpooling();
  }

  #waitFor(wait: Promise<void>): void {
    this.#isWaiting = true;
    wait.then(
      () => {
        this.#isWaiting = false;
        this.#pump();
        this.#wake();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #hand({ record, bytes, readAt, epoch }: Spooled): void {
    const { producer, media } = this.#options;
    const numbered = { ...record, sequence: (epoch as RunningEpoch).sequence++ } as LiveRecord;
    const size = bytes?.length ?? 0;
    const entry = this.#ledger.handed(record, size);
    this.#inFlight += size;
    this.#unacknowledged += 1;
    const append = async () =>
      producer.append(media.topic, media.partition, encodeLiveRecord(numbered, bytes));
    append().then(
      ({ offset }) => {
        this.#inFlight -= size;
        this.#unacknowledged -= 1;
        if (record.kind === 'part') {
          this.#parts += 1;
          this.#bytes += size;
          if (readAt !== undefined) this.delays.add(this.#now() - readAt);
        }
        this.#ledger.acknowledged(entry, offset);
        this.#index();
        this.#pump();
        this.#wake();
      },
      (error: unknown) => this.#fail(tooLarge(error, numbered, size, media.topic)),
    );
  }

  /** Entries that have become due. */
  #index(): void {
    const acknowledged = this.#now();
    for (const { entry, index } of this.#ledger.takeReady()) {
      const done = (): void => {
        const { media, discontinuities } = entry;
        const after = entry.kind === 'end' ? media : media + 1;
        this.#standing = { media: after, discontinuities, offset: this.standing.offset };
        this.#ledger.indexed(entry);
      };
      if (index === undefined) done();
      else
        this.#writeIndex(index, () => {
          done();
          this.#tellSegment(index, acknowledged);
        });
    }
  }

  #writeIndex(entry: IndexEntry, done: () => void): void {
    const { producer, index } = this.#options;
    this.#unacknowledged += 1;
    const append = async () => producer.append(index.topic, index.partition, encodeIndexEntry(entry));
    append().then(
      () => {
        this.#unacknowledged -= 1;
        done();
        this.#wake();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #tellSegment(entry: IndexEntry, acknowledged: number): void {
    if (entry.kind !== 'segment' || entry.gap) return;
    segmentThrough(this.#options.media.topic, entry, acknowledged);
    this.#segments += 1;
    const { epoch, media, parts, discontinuity } = entry;
    const duration = entry.duration / entry.timescale;
    const bytes = Object.values(entry.sizes).reduce((sum, size) => sum + size, 0);
    const bitrate = Math.round((bytes * 8) / duration);
    this.#options.onEvent({
      type: 'segment',
      epoch,
      media,
      parts,
      duration,
      bytes,
      bitrate,
      discontinuity,
    });
  }

  #tell(lost: readonly LostSegment[]): void {
    for (const { epoch, media, duration } of lost) {
      this.#gaps += 1;
      const message = `segment ${media} (${duration.toFixed(1)} s) was given up: Kafka takes less than is made, and no more than ${this.#options.spoolBytes} bytes may wait (--spool)`;
      this.#options.onEvent({ type: 'gap', epoch, media, duration, message });
    }
  }

  #tellSpooling(): void {
    if (this.#spool.records === 0) this.#isSpooling = false;
    else if (!this.#isSpooling) {
      this.#isSpooling = true;
      const message = `Kafka has not acknowledged ${this.#inFlight} bytes yet; what follows waits here`;
      this.#options.onEvent({ type: 'spooling', bytes: this.#spool.bytes, message });
    }
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#options.failed(error);
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#waiters]) wake();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiters.delete(wake);
          resolve();
        };
        this.#waiters.add(wake);
      });
    }
  }
}

function tooLarge(error: unknown, record: LiveRecord, size: number, topic: string): unknown {
  if (!(error instanceof KafkaError) || error.kind !== 'too-large') return error;
  const what =
    record.kind === 'part' ? `a part of rendition ${record.rendition}` : `a record (${record.kind})`;
  return new ConfigurationError(
    `${what} has ${size} bytes, more than topic ${topic} takes: raise its max.message.bytes, or lower the bit rate or --part-target`,
    { cause: error },
  );
}
