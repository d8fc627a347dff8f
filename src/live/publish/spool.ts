/**
 * What waits to be handed to Kafka: a bounded queue. Past the bound the oldest whole segments that nothing was handed over of
 * become gaps, one record each; everything else keeps its order. Pure.
 */
import type { NumberedRecord, UnsentRecord } from './numbering.ts';

/** One epoch's records are told apart by the object: its number may not be claimed yet. */
export interface SpooledEpoch {
  readonly epoch: number;
  readonly renditions: readonly string[];
}

export interface Spooled extends NumberedRecord {
  readonly epoch: SpooledEpoch;
}

export interface LostSegment {
  readonly epoch: number;
  readonly media: number;
  /** Microseconds. */
  readonly captured: number;
  /** Seconds. */
  readonly duration: number;
}

type Gap = Extract<UnsentRecord, { kind: 'gap' }>;
type Part = Extract<UnsentRecord, { kind: 'part' }>;

/** What a record takes beside its bytes. */
const overhead = 512;

export class Spool {
  readonly #limit: number;
  #items: Spooled[] = [];
  #bytes = 0;
  /** The newest segment that something was handed over of, by epoch. */
  readonly #begun = new Map<SpooledEpoch, number>();
  /** The newest segment of each rendition, by epoch; infinite once the epoch is over. */
  readonly #reached = new Map<SpooledEpoch, Map<string, number>>();
  /** Parts of segments that became gaps: those behind take their ordinals, for players were promised them. */
  readonly #lost = new Map<SpooledEpoch, { readonly media: number; readonly parts: number }[]>();

  /** Bytes. One segment that grows is held beyond it. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get records(): number {
    return this.#items.length;
  }

  /** Adds what was numbered. Returns the segments that had to be given up for it. */
  push(epoch: SpooledEpoch, numbered: readonly NumberedRecord[]): LostSegment[] {
    for (const item of numbered) {
      const { record } = item;
      this.#items.push({ ...item, epoch });
      this.#bytes += sizeOf(item);
      if (record.kind === 'init' || record.kind === 'part') {
        let reached = this.#reached.get(epoch);
        if (reached === undefined) {
          reached = new Map();
          this.#reached.set(epoch, reached);
        }
        reached.set(record.rendition, record.media);
      }
    }
    return this.#shrink();
  }

  /** The encoder's run is over: its last segment is whole. */
  closeEpoch(epoch: SpooledEpoch): LostSegment[] {
    this.#reached.set(epoch, new Map(epoch.renditions.map((name) => [name, Number.POSITIVE_INFINITY])));
    return this.#shrink();
  }

  peek(): Spooled | undefined {
    return this.#items[0];
  }

  /** The next record to hand over, for good: what was taken is never made a gap. */
  take(): Spooled | undefined {
    const item = this.#items.shift();
    if (item === undefined) return undefined;
    this.#bytes -= sizeOf(item);
    const { epoch, record } = item;
    const begun = this.#begun.get(epoch);
    if (begun === undefined) this.#forgetEpochs(epoch);
    this.#begun.set(epoch, Math.max(begun ?? record.media, record.media));
    const shift = this.#shiftOf(epoch, record.media);
    return shift === 0 ? item : { ...item, record: { ...record, ordinal: record.ordinal - shift } };
  }

  #shrink(): LostSegment[] {
    const lost: LostSegment[] = [];
    while (this.#bytes > this.#limit) {
      const victim = this.#items.find((item) => this.#mayGo(item));
      if (victim === undefined) break;
      lost.push(this.#giveUp(victim.epoch, victim.record.media));
    }
    return lost;
  }

  #mayGo({ epoch, record }: Spooled): boolean {
    if (record.kind !== 'init' && record.kind !== 'part') return false;
    const begun = this.#begun.get(epoch);
    if (begun !== undefined && record.media <= begun) return false;
    const reached = this.#reached.get(epoch);
    return epoch.renditions.every((name) => (reached?.get(name) ?? -1) > record.media);
  }

  #giveUp(epoch: SpooledEpoch, media: number): LostSegment {
    const belongs = (item: Spooled): boolean => item.epoch === epoch && item.record.media === media;
    const parts = this.#items.filter(belongs).map(({ record }) => record);
    const gap = gapOf(parts.filter((record) => record.kind === 'part'));
    // Renditions are not in step: readers take whatever comes behind a gap for the segment after it.
    const isBefore = (item: Spooled): boolean => item.epoch === epoch && item.record.media < media;
    const at = Math.max(this.#items.findIndex(belongs), this.#items.findLastIndex(isBefore));
    this.#items = this.#items.flatMap((item, index) => {
      const kept = belongs(item) ? [] : [item];
      return index === at ? [...kept, { record: gap.record, epoch }] : kept;
    });
    this.#bytes = this.#items.reduce((sum, item) => sum + sizeOf(item), 0);
    const before = this.#lost.get(epoch) ?? [];
    this.#lost.set(epoch, [...before, { media, parts: gap.parts }]);
    const { captured, duration, timescale } = gap.record;
    return { epoch: epoch.epoch, media, captured, duration: duration / timescale };
  }

  #shiftOf(epoch: SpooledEpoch, media: number): number {
    let shift = 0;
    for (const lost of this.#lost.get(epoch) ?? []) if (lost.media < media) shift += lost.parts;
    return shift;
  }

  /** Of those before, nothing comes any more. */
  #forgetEpochs(newest: SpooledEpoch): void {
    for (const map of [this.#begun, this.#reached, this.#lost]) {
      for (const epoch of map.keys()) if (epoch.epoch < newest.epoch) map.delete(epoch);
    }
  }
}

function sizeOf({ bytes }: NumberedRecord): number {
  return (bytes?.length ?? 0) + overhead;
}

/** The gap that stands for these parts, and how many parts a rendition had. */
function gapOf(parts: readonly Part[]): { readonly record: Gap; readonly parts: number } {
  const [first] = parts;
  if (first === undefined) throw new Error('a segment without a part cannot be lost');
  const own = parts.filter(({ rendition }) => rendition === first.rendition);
  const { stream, epoch, media, ordinal, discontinuities, discontinuity, timescale, time, captured } = first;
  const record: Gap = {
    kind: 'gap',
    ...{ stream, epoch, media, ordinal, discontinuities, discontinuity, timescale, time, captured },
    duration: own.reduce((sum, part) => sum + part.duration, 0),
  };
  return { record, parts: Math.max(...own.map(({ part }) => part)) + 1 };
}
