/** PURE. Records that travel together under consecutive sequence numbers. */
import { batchHeaderBytes, recordSize } from '../batch.ts';
import type { NewRecord } from '../contract.ts';
import {
  type CompressedRecords,
  type EncodedBatch,
  encodeBatch,
  encodeCompressedBatch,
} from '../wire/batch-encode.ts';

/** An appended record that has not been answered. */
export interface PendingRecord {
  /** It goes before others of free order. */
  readonly isUrgent?: boolean;
  readonly record: NewRecord;
  /** Bytes of a batch that holds it alone. */
  readonly size: number;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: Error) => void;
}

/** Who writes: the broker gives out ids by InitProducerId. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly epoch: number;
}

/** Compressed records, and the memory that they take until `release`. */
export interface HeldRecords extends CompressedRecords {
  release(): void;
}

export interface Batch {
  readonly records: readonly PendingRecord[];
  sequence: number;
  /** A batch that is to be compressed is sent when that has come to its end, whatever came of it. */
  stage: 'uncompressed' | 'compressing' | 'ready';
  /** Undefined: the records are sent as they are. */
  compressed: HeldRecords | undefined;
  encoded: EncodedBatch | undefined;
  /** On its way to the broker. */
  sent: boolean;
  /** It was sent, and nothing says that the broker has not appended it: it may stand on the partition. */
  ambiguous: boolean;
  /** Sent behind one that the broker did not append: it does not stand there, and OUT_OF_ORDER_SEQUENCE says just that. */
  behindGap: boolean;
  /** A later one has been acknowledged: it stands on the partition, and only its offset is not known yet. */
  overtaken: boolean;
  /** An answer refused it and told where it stands. */
  contradicted: boolean;
  /** How often the broker has found its bytes damaged. */
  damaged: number;
}

/** Sequence numbers go round: after the last one comes 0. */
export const sequences = 2 ** 31;

export function newBatch(records: readonly PendingRecord[], sequence: number, stage: Batch['stage']): Batch {
  return {
    records,
    sequence,
    stage,
    compressed: undefined,
    encoded: undefined,
    sent: false,
    ambiguous: false,
    behindGap: false,
    overtaken: false,
    contradicted: false,
    damaged: 0,
  };
}

/** How many of the first records fit into a batch of so many bytes; one at least. */
export function countWithin(records: readonly PendingRecord[], most: number): number {
  let bytes = batchHeaderBytes;
  let count = 0;
  for (const { record } of records) {
    bytes += recordSize(record, count);
    if (count > 0 && bytes > most) break;
    count += 1;
  }
  return count;
}

/** The sequence number that follows the batch. */
export function after({ sequence, records }: Batch): number {
  return (sequence + records.length) % sequences;
}

/** True when the batch ends at this sequence number or before: what lies at most half a round behind is not newer. */
export function endsBy(batch: Batch, last: number): boolean {
  return (last - (after(batch) - 1) + sequences) % sequences < sequences / 2;
}

/** As it is sent at `now`, milliseconds since the epoch. */
export function encode(batch: Batch, now: number, identity: ProducerIdentity): EncodedBatch {
  const { records, compressed, sequence } = batch;
  const numbered = { ...identity, sequence };
  if (compressed) return encodeCompressedBatch(compressed, records.length, now, numbered);
  return encodeBatch(
    records.map(({ record }) => record),
    now,
    numbered,
  );
}

/** The batch will not be sent (again): gives its memory back. */
export function discard(batch: Batch): void {
  batch.compressed?.release();
  batch.compressed = undefined;
  batch.encoded = undefined;
}
