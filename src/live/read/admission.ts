/** Which records of `L` count: FORMAT.md, "Live media", rule 4. Pure. */
import type { LiveRecord } from '../../records/live-record.ts';

interface Place {
  epoch: number;
  sequence: number;
}

/**
 * Takes the records of all streams in the order of their partitions. A publisher appends an epoch's records by rising sequence,
 * so that one place for each stream tells what came before.
 */
export class Admission {
  readonly #places = new Map<string, Place>();

  /** False for a zombie's record, and for one that was there already. */
  admits({ stream, epoch, sequence }: Pick<LiveRecord, 'stream' | 'epoch' | 'sequence'>): boolean {
    const place = this.#places.get(stream);
    if (place === undefined) {
      this.#places.set(stream, { epoch, sequence });
      return true;
    }
    if (epoch < place.epoch || (epoch === place.epoch && sequence <= place.sequence)) return false;
    place.epoch = epoch;
    place.sequence = sequence;
    return true;
  }

  forget(stream: string): void {
    this.#places.delete(stream);
  }
}
