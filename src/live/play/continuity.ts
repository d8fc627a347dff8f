/**
 * From the records of one rendition to what can be played: runs of chunks, each from a keyframe on and without a hole, behind their init.
 * Pure.
 */
import type { GapRecord, PartRecord } from '../../records/live-record.ts';
import type { Received } from './selection.ts';

export type Step =
  /** A run begins: of an epoch (`init`: its `ftyp` and `moov`), behind a gap, or behind something that was lost. */
  | { readonly type: 'begin'; readonly init: Buffer; readonly record: PartRecord; readonly lost: boolean }
  /** `moof` and `mdat` of the run, the receiver's own. */
  | { readonly type: 'chunk'; readonly record: PartRecord; readonly bytes: Buffer; readonly offset: number }
  | { readonly type: 'gap'; readonly record: GapRecord }
  | { readonly type: 'end' };

export class Continuity {
  #epoch = -1;
  #init: Buffer | undefined;
  /** The chunk before, of the run that goes on. */
  #before: PartRecord | undefined;
  /** A run was broken off by what is missing. */
  #lost = false;

  /** To be called with the records of one rendition, and with gaps and the end, in their order. */
  push({ record, bytes, offset }: Received): readonly Step[] {
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
        return this.#part(record, { type: 'chunk', record, bytes, offset });
    }
  }

  #beginEpoch(epoch: number): void {
    this.#epoch = epoch;
    this.#init = undefined;
    this.#before = undefined;
    this.#lost = false;
  }

  #part(record: PartRecord, chunk: Step): readonly Step[] {
    if (this.#before !== undefined && follows(this.#before, record)) {
      this.#before = record;
      return [chunk];
    }
    this.#lost ||= this.#before !== undefined;
    this.#before = undefined;
    const init = this.#init;
    if (init === undefined || !record.keyframe) return [];
    const begin: Step = { type: 'begin', init, record, lost: this.#lost };
    this.#before = record;
    this.#lost = false;
    return [begin, chunk];
  }
}

/** Whether nothing can be missing between two chunks. */
function follows(before: PartRecord, next: PartRecord): boolean {
  if (next.ordinal === before.ordinal) return next.chunk === before.chunk + 1;
  return next.ordinal === before.ordinal + 1 && next.chunk === 0;
}
