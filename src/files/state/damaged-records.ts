/** Records of a partition of `T.state` that are not as FORMAT.md says, as long as no later one of the same key has taken their place. */
import { FormatError } from '../../errors.ts';
import type { ConsumedRecord } from '../../kafka/contract.ts';
import { decodeStateRecord, type StateRecord } from '../../records/state-record.ts';

export class DamagedRecords {
  readonly #place: string;
  readonly #found = new Map<string, { readonly key: Uint8Array; readonly error: FormatError }>();

  /** `place`: the partition, as an error names it. */
  constructor(place: string) {
    this.#place = place;
  }

  /** Calls `decode`, which throws FormatError for a damaged record. Records come in their order. */
  take(record: ConsumedRecord, decode: () => void): void {
    const key = Buffer.from(record.key ?? []);
    const text = key.toString('latin1');
    try {
      decode();
      // Compaction may take long to remove what was replaced.
      this.#found.delete(text);
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw cause;
      const where = `${this.#place}, offset ${record.offset}: ${cause.message}`;
      const advice = 'sluice state rebuild makes what it was to say anew from what stands on the files topic';
      this.#found.set(text, { key, error: new FormatError(`${where}. ${advice}`, { cause }) });
    }
  }

  /** The keys of those that are left. */
  get keys(): Uint8Array[] {
    return [...this.#found.values()].map(({ key }) => key);
  }

  /** What their keys say without their values. */
  get forgetting(): StateRecord[] {
    return this.keys.flatMap((key) => {
      try {
        return [decodeStateRecord({ key, value: null })];
      } catch {
        return [];
      }
    });
  }

  throwIfAny(): void {
    for (const { error } of this.#found.values()) throw error;
  }
}
