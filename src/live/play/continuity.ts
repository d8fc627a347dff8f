/**
 * From the records of one rendition to what can be played: runs of chunks, each from a keyframe on and without a hole, behind their init.
 * Pure.
 */
import type { GapRecord, LiveRecord, PartRecord } from '../../records/live-record.ts';
import type { Received } from './selection.ts';

export type Step =
  /** A run begins: of an epoch (`init`: its `ftyp` and `moov`), behind a gap, or behind something that was lost. */
  | { readonly type: 'begin'; readonly init: Buffer; readonly record: PartRecord; readonly lost: boolean }
  /** `moof` and `mdat` of the run, the receiver's own. */
  | { readonly type: 'chunk'; readonly record: PartRecord; readonly bytes: Buffer; readonly offset: number }
  | { readonly type: 'gap'; readonly record: GapRecord }
  | { readonly type: 'end' };

/** Counts where records are missing. To be called with all records of a stream that count, in their order. */
export class Holes {
  #before: Pick<LiveRecord, 'epoch' | 'sequence'> | undefined;
  #count = 0;

  countAt(record: Pick<LiveRecord, 'epoch' | 'sequence'>): number {
    const before = this.#before;
    if (before?.epoch === record.epoch && record.sequence !== before.sequence + 1) this.#count += 1;
    this.#before = record;
    return this.#count;
  }
}

export class Continuity {
  #epoch = -1;
  #init: Buffer | undefined;
  /** The chunk before, of the run that goes on. */
  #before: Before | undefined;
  /** A run was broken off by what is missing. */
  #lost = false;

  /** To be called with the records of one rendition, and with gaps and the end, in their order. */
  push({ record, bytes, offset, holes }: Received): readonly Step[] {
    if (record.epoch !== this.#epoch) this.#beginEpoch(record.epoch);
    switch (record.kind) {
      case 'init':
        this.#init ??= bytes;
        return [];
      case 'gap':
        this.#before = undefined;
        return [{ type: 'gap', record }];
      case 'end':
        this.#before = undefined;
        return [{ type: 'end' }];
      case 'part':
        return this.#part({ record, holes }, { type: 'chunk', record, bytes, offset });
    }
  }

  #beginEpoch(epoch: number): void {
    this.#epoch = epoch;
    this.#init = undefined;
    this.#before = undefined;
    this.#lost = false;
  }

  #part(next: Before, chunk: Step): readonly Step[] {
    if (this.#before !== undefined && follows(this.#before, next)) {
      this.#before = next;
      return [chunk];
    }
    this.#lost ||= this.#before !== undefined;
    this.#before = undefined;
    const init = this.#init;
    const { record } = next;
    if (init === undefined || !record.keyframe) return [];
    const begin: Step = { type: 'begin', init, record, lost: this.#lost };
    this.#before = next;
    this.#lost = false;
    return [begin, chunk];
  }
}

type Before = Pick<Received<PartRecord>, 'record' | 'holes'>;

/** Whether nothing can be missing between two chunks. */
function follows({ record: before, holes }: Before, { record: next, holes: now }: Before): boolean {
  if (next.ordinal === before.ordinal) return next.chunk === before.chunk + 1;
  if (next.ordinal !== before.ordinal + 1 || next.chunk !== 0) return false;
  // Not every publisher marks the last chunk of a part: where records are missing, it may be one of them.
  return before.lastChunk || now === holes;
}
