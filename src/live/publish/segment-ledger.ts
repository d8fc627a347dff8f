/**
 * From acknowledgements of records to entries of the index: a segment's entry is due when nothing will be added to it and all of it
 * is acknowledged. Also what a claim has to say: everything before the oldest segment that is not indexed is told. Pure.
 */
import type { IndexEntry, IndexedSegment } from '../../records/live-index.ts';
import type { UnsentRecord } from './numbering.ts';

/** A segment, or the end of a programme, on its way to Kafka. */
export interface LedgerEntry {
  readonly epoch: number;
  readonly media: number;
  readonly kind: 'segment' | 'end';
  readonly discontinuities: number;
  unacknowledged: number;
  isClosed: boolean;
  /** Its entry of the index is being written. */
  isTaken: boolean;
  /** Offsets of its first record and behind its last; -1: not known. */
  first: number;
  next: number;
  facts: SegmentFacts | undefined;
  readonly sizes: Map<string, number>;
  /** By rendition: parts, and seconds. */
  readonly parts: Map<string, { parts: number; seconds: number }>;
}

/** What the index is to be told; undefined: nothing, for inits alone came. */
export interface DueEntry {
  readonly entry: LedgerEntry;
  readonly index: IndexEntry | undefined;
}

type SegmentFacts = Pick<
  IndexedSegment,
  'gap' | 'discontinuity' | 'discontinuities' | 'captured' | 'timescale' | 'time' | 'duration' | 'ordinal'
>;

export class SegmentLedger {
  readonly #stream: string;
  /** In the order in which they were begun. */
  #entries: LedgerEntry[] = [];
  /** The newest segment of each rendition of the newest epoch. */
  #reached = new Map<string, number>();
  #epoch = -1;
  #capturedEnd: number | undefined;
  /** The offset behind the newest acknowledged record; -1: none is known. */
  #known = -1;

  constructor(stream: string) {
    this.#stream = stream;
  }

  /** The offset behind the newest record that is known to stand on `L`; -1: none. */
  get known(): number {
    return this.#known;
  }

  /** A record goes to Kafka, in the order of the topic. The entry is to be given back with its acknowledgement. */
  handed(record: UnsentRecord, bytes: number): LedgerEntry {
    if (record.epoch !== this.#epoch) {
      this.closeAll();
      this.#reached = new Map();
      this.#epoch = record.epoch;
    }
    const entry = this.#entryOf(record);
    entry.unacknowledged += 1;
    if (record.kind === 'part') {
      entry.sizes.set(record.rendition, (entry.sizes.get(record.rendition) ?? 0) + bytes);
      const count = entry.parts.get(record.rendition) ?? { parts: 0, seconds: 0 };
      entry.parts.set(record.rendition, {
        parts: Math.max(count.parts, record.part + 1),
        seconds: count.seconds + record.duration / record.timescale,
      });
    }
    if (record.kind === 'part' || record.kind === 'gap') {
      entry.facts ??= factsOf(record);
      const end = record.captured + Math.round((record.duration / record.timescale) * 1e6);
      this.#capturedEnd = Math.max(this.#capturedEnd ?? 0, end);
    }
    if (record.kind === 'init' || record.kind === 'part') this.#reached.set(record.rendition, record.media);
    else this.#closeBefore(record.media + 1);
    const slowest = Math.min(...this.#reached.values());
    if (Number.isFinite(slowest)) this.#closeBefore(slowest);
    return entry;
  }

  /** In the order in which they were handed over. `offset` -1: somewhere behind what is known. */
  acknowledged(entry: LedgerEntry, offset: number): void {
    entry.unacknowledged -= 1;
    if (offset >= 0) this.#known = Math.max(this.#known, offset + 1);
    // Reading may begin earlier than needed, but not later.
    if (entry.first < 0) entry.first = offset >= 0 ? offset : this.#known;
    entry.next = offset >= 0 ? offset + 1 : -1;
  }

  /** Nothing will be added to any of them. */
  closeAll(): void {
    for (const entry of this.#entries) entry.isClosed = true;
  }

  /** What has become due, oldest first: to be written in this order, and each then to be told {@link indexed}. */
  takeReady(): DueEntry[] {
    const due: DueEntry[] = [];
    for (const entry of this.#entries) {
      if (!entry.isClosed || entry.unacknowledged > 0) break;
      if (entry.isTaken) continue;
      entry.isTaken = true;
      due.push({ entry, index: this.#indexEntry(entry) });
    }
    return due;
  }

  /** Its entry of the index is acknowledged, or none was needed. */
  indexed(entry: LedgerEntry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
  }

  /**
   * Where somebody else would have to go on reading, and what is told of the stream before; undefined: behind {@link known}.
   * `discontinuities` undefined: only the init has come, which does not tell; then there are as many as were indexed.
   */
  get oldest():
    | { readonly media: number; readonly discontinuities: number | undefined; readonly offset: number }
    | undefined {
    const [entry] = this.#entries;
    if (entry === undefined) return undefined;
    const { media, discontinuities, facts, first } = entry;
    const before = facts === undefined ? undefined : discontinuities - (facts.discontinuity ? 1 : 0);
    return { media, discontinuities: before, offset: first < 0 ? this.#known : first };
  }

  #entryOf(record: UnsentRecord): LedgerEntry {
    const { epoch, media, kind, discontinuities } = record;
    const mine = kind === 'end' ? 'end' : 'segment';
    const found = this.#entries.find(
      (entry) => entry.epoch === epoch && entry.media === media && entry.kind === mine,
    );
    if (found !== undefined) return found;
    const entry: LedgerEntry = {
      epoch,
      media,
      kind: mine,
      discontinuities,
      unacknowledged: 0,
      isClosed: mine === 'end' || kind === 'gap',
      isTaken: false,
      first: -1,
      next: -1,
      facts: undefined,
      sizes: new Map(),
      parts: new Map(),
    };
    this.#entries.push(entry);
    return entry;
  }

  #closeBefore(media: number): void {
    for (const entry of this.#entries) {
      if (entry.epoch === this.#epoch && entry.media < media) entry.isClosed = true;
    }
  }

  /** Undefined: inits alone came of it. */
  #indexEntry(entry: LedgerEntry): IndexEntry | undefined {
    const { epoch, media, facts, discontinuities } = entry;
    const common = { stream: this.#stream, epoch, media };
    if (entry.kind === 'end') {
      const captured = this.#capturedEnd;
      return captured === undefined ? undefined : { kind: 'end', ...common, discontinuities, captured };
    }
    if (facts === undefined) return undefined;
    const counts = [...entry.parts.values()];
    const seconds = Math.max(0, ...counts.map((count) => count.seconds));
    const duration = facts.gap ? facts.duration : Math.round(seconds * facts.timescale);
    return {
      kind: 'segment',
      ...common,
      ...facts,
      duration,
      parts: facts.gap ? 0 : Math.max(...counts.map(({ parts }) => parts)),
      first: entry.first,
      next: entry.next,
      sizes: Object.fromEntries(entry.sizes),
    };
  }
}

function factsOf(record: Extract<UnsentRecord, { kind: 'part' | 'gap' }>): SegmentFacts {
  const { discontinuity, discontinuities, captured, timescale, time, duration, ordinal, kind } = record;
  return {
    gap: kind === 'gap',
    discontinuity,
    discontinuities,
    captured,
    timescale,
    time,
    duration,
    ordinal,
  };
}
