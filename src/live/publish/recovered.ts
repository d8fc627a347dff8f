/** What an earlier publisher left on `L` and in `L.index`: where numbers go on, and which segments are not in the index. Pure. */
import type { StreamClaim } from '../../records/live-claim.ts';
import type { IndexEntry } from '../../records/live-index.ts';
import type { LiveRecord } from '../../records/live-record.ts';
import { SegmentLedger } from './segment-ledger.ts';

/** Where a stream stands. */
export interface Standing {
  /** The greatest epoch that anything was written with; -1: nothing ever was. */
  readonly epoch: number;
  /** The next media sequence number, and the discontinuities so far. */
  readonly media: number;
  readonly discontinuities: number;
  /** Segments on `L` that the index lacks. */
  readonly unindexed: readonly IndexEntry[];
}

export class Recovery {
  readonly #ledger: SegmentLedger;
  readonly #indexed = new Set<string>();
  #epoch: number;
  #media: number;
  #discontinuities: number;

  constructor(stream: string, before: Pick<StreamClaim, 'epoch' | 'media' | 'discontinuities'> | undefined) {
    this.#ledger = new SegmentLedger(stream);
    this.#epoch = before?.epoch ?? -1;
    this.#media = before?.media ?? 0;
    this.#discontinuities = before?.discontinuities ?? 0;
  }

  onIndex(entry: IndexEntry): void {
    this.#indexed.add(nameOf(entry));
    this.#pass(entry, entry.kind === 'segment' ? entry.media + 1 : entry.media);
  }

  /** Records of lower epochs than one before are left out already, as a feed does. */
  onRecord(record: LiveRecord, bytes: number, offset: number): void {
    const { epoch, media, kind } = record;
    // An init says how often there will have been one when its segment has begun: alone it is no segment.
    const discontinuities = kind === 'init' ? 0 : record.discontinuities;
    this.#pass({ epoch, discontinuities }, kind === 'part' || kind === 'gap' ? media + 1 : media);
    const entry = this.#ledger.handed(record, bytes);
    this.#ledger.acknowledged(entry, offset);
  }

  finish(): Standing {
    this.#ledger.closeAll();
    const unindexed = this.#ledger
      .takeReady()
      .flatMap(({ index }) => (index === undefined || this.#indexed.has(nameOf(index)) ? [] : [index]));
    return {
      epoch: this.#epoch,
      media: this.#media,
      discontinuities: this.#discontinuities,
      unindexed,
    };
  }

  #pass(from: { readonly epoch: number; readonly discontinuities: number }, media: number): void {
    this.#epoch = Math.max(this.#epoch, from.epoch);
    this.#media = Math.max(this.#media, media);
    this.#discontinuities = Math.max(this.#discontinuities, from.discontinuities);
  }
}

function nameOf({ kind, epoch, media }: IndexEntry): string {
  return `${kind} ${epoch} ${media}`;
}
