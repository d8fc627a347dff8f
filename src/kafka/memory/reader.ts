/** What the memory twin's consumers read with. A released batch is overwritten, so that its use after release cannot go unseen. */
import {
  type ConsumedRecord,
  type ConsumerOptions,
  type EpochRun,
  type FetchedBatch,
  KafkaError,
} from '../contract.ts';
import {
  agreementOf,
  indexAt,
  type MemoryLog,
  type MemoryTopic,
  type MemoryTopics,
  type StoredRecord,
} from './topics.ts';

/** What fills the memory of a released batch. */
export const poison = 0xdb;

const maxHeaders = 64;
const maxBatchBytes = 1024 * 1024;

export interface MemoryReading extends Pick<ConsumerOptions, 'topic' | 'bufferBytes' | 'onGap' | 'onCut'> {
  /** Partition -> end offset (exclusive). */
  readonly until?: ReadonlyMap<number, number> | undefined;
  /** Partition -> epochs of what was read before. */
  readonly epochs?: ReadonlyMap<number, readonly EpochRun[]> | undefined;
}

interface Stretch {
  readonly at: number;
  readonly until: number;
}

/** Fetches from the partitions that it has positions of. */
export class MemoryReader {
  readonly #topics: MemoryTopics;
  readonly #options: MemoryReading;
  readonly #bufferBytes: number;
  /** Partition -> the offset to read next. */
  readonly positions: Map<number, number> = new Map();
  /** Partition -> how many cuts of its log are known. */
  readonly #cuts = new Map<number, number>();
  #topicId: string | undefined;
  #heldBytes = 0;
  #last = -1;

  constructor(topics: MemoryTopics, options: MemoryReading) {
    this.#topics = topics;
    this.#options = options;
    this.#bufferBytes = options.bufferBytes ?? 32 * 1024 * 1024;
  }

  /** The topic, as long as it is the one that reading began with. Throws KafkaError. */
  topic(): MemoryTopic {
    const topic = this.#topics.topic(this.#options.topic, this.#topicId);
    this.#topicId = topic.id;
    return topic;
  }

  /** The next batch, of the partitions after the last one first, so that each has its turn. */
  fetch(): FetchedBatch | undefined {
    const topic = this.topic();
    const partitions = [...this.positions.keys()].sort((a, b) => a - b);
    const following = partitions.findIndex((partition) => partition > this.#last);
    const order =
      following < 0 ? partitions : [...partitions.slice(following), ...partitions.slice(0, following)];
    for (const partition of order) {
      const batch = this.#fetchPartition(partition, this.#topics.log(topic, partition));
      if (batch === undefined) continue;
      this.#last = partition;
      return batch;
    }
    return undefined;
  }

  #fetchPartition(partition: number, log: MemoryLog): FetchedBatch | undefined {
    const until = this.#options.until?.get(partition) ?? Infinity;
    if (this.positions.get(partition)! >= until) return undefined;
    const from = this.#position(partition, log);
    const end = Math.min(log.end, until);
    if (from >= end) {
      if (from < until && until < Infinity) this.#endEarly(partition, log, { at: from, until });
      return undefined;
    }
    const first = indexAt(log.records, from);
    const stored = log.records.slice(first, first + this.#take(log.records, first, end));
    const bytes = stored.reduce((sum, record) => sum + record.bytes, 0);
    const next = log.records[first + stored.length]?.offset ?? log.end;
    if (stored.length === 0 && next < end) return undefined;
    const nextOffset = Math.min(next, end);
    this.positions.set(partition, nextOffset);
    return this.#batch(stored, bytes, {
      partition,
      epochs: epochsFrom(log, from),
      nextOffset,
      highWatermark: log.end,
      logStartOffset: log.start,
    });
  }

  /** How many records from `first` on fit; one always does when nothing is held. */
  #take(records: readonly StoredRecord[], first: number, end: number): number {
    const room = this.#bufferBytes - this.#heldBytes;
    let count = 0;
    let bytes = 0;
    for (let record = records[first]; record !== undefined; record = records[first + count]) {
      bytes += record.bytes;
      const alone = count === 0 && this.#heldBytes === 0;
      const fits = bytes <= room && (count === 0 || bytes <= maxBatchBytes);
      if (record.offset >= end || !(alone || fits)) break;
      count++;
    }
    return count;
  }

  #position(partition: number, log: MemoryLog): number {
    const from = this.#uncut(partition, log);
    if (from >= log.start) return from;
    const { onGap } = this.#options;
    if (onGap === undefined) throw this.#outOfRange(partition, log, from);
    this.positions.set(partition, log.start);
    onGap({ partition, from, earliest: log.start });
    return log.start;
  }

  /** The position, set back to where the log was cut since it was looked at last; to its beginning where nobody can tell. */
  #uncut(partition: number, log: MemoryLog): number {
    const from = this.positions.get(partition)!;
    const since = log.cuts.slice(this.#cuts.get(partition) ?? log.cuts.length);
    const read = this.#cuts.has(partition) ? undefined : this.#options.epochs?.get(partition);
    const agreed = agreementOf(log, read ?? []) ?? -1;
    if (agreed >= 0) since.push(agreed);
    this.#cuts.set(partition, log.cuts.length);
    const at = Math.min(...since, from > log.end && since.every((cut) => cut >= from) ? log.start : from);
    if (at === from) return from;
    this.#tellCut(partition, log, { at, until: from });
    this.positions.set(partition, at);
    return at;
  }

  /** A reading that is to go on behind the end of the log, which was cut. */
  #endEarly(partition: number, log: MemoryLog, cut: Stretch): void {
    this.#tellCut(partition, log, cut);
    this.positions.set(partition, cut.until);
  }

  #tellCut(partition: number, log: MemoryLog, cut: Stretch): void {
    const { onCut } = this.#options;
    if (onCut === undefined) throw this.#outOfRange(partition, log, cut.until);
    onCut({ partition, ...cut });
  }

  #outOfRange(partition: number, { start, end }: MemoryLog, offset: number): KafkaError {
    const place = `${this.#options.topic}-${partition}`;
    const message = `Offset ${offset} of ${place} is not there: the partition holds ${start} to ${end}, and may have been cut.`;
    return new KafkaError('out-of-range', message);
  }

  #batch(
    stored: readonly StoredRecord[],
    bytes: number,
    place: Omit<FetchedBatch, 'records' | 'release'>,
  ): FetchedBatch {
    const memory = Buffer.alloc(bytes);
    let used = 0;
    const view = (source: Uint8Array): Uint8Array => {
      memory.set(source, used);
      used += source.length;
      return memory.subarray(used - source.length, used);
    };
    const records = stored.map(
      (record): ConsumedRecord => ({
        offset: record.offset,
        timestamp: record.timestamp,
        key: record.key === null ? null : view(record.key),
        headers: record.headers.slice(0, maxHeaders).map(([name, value]) => [name, view(value)] as const),
        headerCount: record.headers.length,
        value: record.value === null ? null : view(record.value),
      }),
    );
    this.#heldBytes += bytes;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      memory.fill(poison);
      this.#heldBytes -= bytes;
      this.#topics.bell.ring();
    };
    return { ...place, records, release };
  }
}

/** Under which epochs the log goes on from an offset. */
function epochsFrom({ epochs }: MemoryLog, offset: number): EpochRun[] {
  const at = epochs.findLastIndex(([, from]) => from <= offset);
  return epochs.slice(Math.max(0, at));
}
