/** One partition as its leader has it: batches as they came, and what is remembered of producers (KIP-98). */
import { batchHeaderBytes } from '../../../src/kafka/batch.ts';
import type { ConsumedRecord } from '../../../src/kafka/contract.ts';
import { decodeRecords, readBatchHead } from '../../../src/kafka/wire/batch-decode.ts';

export interface StoredBatch {
  readonly offset: number;
  /** The offset behind it. */
  readonly next: number;
  /** Of the leader that took it. */
  readonly epoch: number;
  /** The keys of its records. */
  readonly ids: readonly string[];
  readonly producerId: bigint;
  /** Sequence numbers of its first and its last record. */
  readonly first: number;
  readonly last: number;
  /** As it is fetched. */
  readonly bytes: Buffer;
}

/** Sequence numbers go round. */
const sequences = 2 ** 31;
/** Batches that are remembered of a producer, to tell one that is sent again. */
const remembered = 5;

export class PartitionLog {
  readonly batches: StoredBatch[] = [];
  leader: number;
  epoch = 0;
  /** Up to here every replica has it: a change of leaders keeps that, and may lose the rest. */
  #replicated = 0;
  readonly #producers = new Map<bigint, StoredBatch[]>();

  constructor(leader: number) {
    this.leader = leader;
  }

  get end(): number {
    return this.batches.at(-1)?.next ?? 0;
  }

  /** All keys from the oldest on, by their offsets. */
  standing(): ReadonlyMap<number, string> {
    return new Map(
      this.batches.flatMap(({ offset, ids }) =>
        ids.map((id, index): [number, string] => [offset + index, id]),
      ),
    );
  }

  /** What a leader does with a batch: where it stands, now or since it was sent before; -1: its sequence numbers do not follow. */
  take(bytes: Buffer): number {
    const head = readBatchHead(bytes, 0, bytes.byteLength)!;
    const producerId = bytes.readBigInt64BE(43);
    const first = bytes.readInt32BE(53);
    const last = (first + head.count - 1) % sequences;
    const known = this.#producers.get(producerId) ?? [];
    const same = known.find((batch) => batch.first === first && batch.last === last);
    if (same !== undefined) return same.offset;
    const newest = known.at(-1);
    // Of a producer that is not known any number is the first.
    if (newest !== undefined && (newest.last + 1) % sequences !== first) return -1;
    const offset = this.end;
    const stored = Buffer.from(bytes);
    stored.writeBigInt64BE(BigInt(offset), 0);
    stored.writeInt32BE(this.epoch, 12);
    const ids = keysOf(stored);
    const next = offset + head.count;
    const batch = { offset, next, epoch: this.epoch, ids, producerId, first, last, bytes: stored };
    this.batches.push(batch);
    this.#producers.set(producerId, [...known, batch].slice(-remembered));
    return offset;
  }

  /** The last sequence number that is known of each producer. */
  lastSequences(): ReadonlyMap<bigint, number> {
    return new Map([...this.#producers].map(([id, batches]) => [id, batches.at(-1)!.last]));
  }

  /** Nothing was written for so long that all producers are forgotten (`producer.id.expiration.ms`). */
  forgetProducers(): void {
    this.#producers.clear();
  }

  /** A clean restart: a snapshot holds the last batch of each producer. */
  restart(): void {
    for (const [id, batches] of this.#producers) this.#producers.set(id, batches.slice(-1));
  }

  /** Every replica has the batch that begins at this offset, and all before it. */
  replicate(offset: number): void {
    const next = this.batches.find((batch) => batch.offset === offset)?.next ?? 0;
    this.#replicated = Math.max(this.#replicated, next);
  }

  /** Another broker leads. `isBehind`: it has only what every replica has. */
  elect(leader: number, isBehind: boolean): void {
    this.leader = leader;
    this.epoch += 1;
    if (isBehind) this.#cut(this.#replicated);
  }

  /** What stands at `to` and behind it is gone. */
  #cut(to: number): void {
    while (this.end > to) this.batches.pop();
    for (const [id, known] of this.#producers) {
      const left = known.filter(({ next }) => next <= this.end);
      const before = this.batches.findLast(({ producerId }) => producerId === id);
      if (left.length > 0) this.#producers.set(id, left);
      else if (before !== undefined) this.#producers.set(id, [before]);
      else this.#producers.delete(id);
    }
  }
}

/** The keys of a batch's records. */
export function keysOf(bytes: Buffer): readonly string[] {
  const head = readBatchHead(bytes, 0, bytes.byteLength)!;
  const records: ConsumedRecord[] = [];
  const counted = { ...head, baseOffset: 0, nextOffset: head.count };
  decodeRecords(bytes.subarray(batchHeaderBytes, head.end), counted, records, 0, head.count);
  return records.map(({ key }) => Buffer.from(key!).toString());
}
