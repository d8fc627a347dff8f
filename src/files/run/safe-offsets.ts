/** How far each partition has been read, and what of it the sink and the cluster have not been told yet. */
import type { FetchedBatch, Position } from '../../kafka/contract.ts';
import type { ReadRange, TopicPositions } from '../../stores/contract.ts';
import { SafeOffset } from './safe-offset.ts';

/**
 * Milliseconds after which every position is committed again, also those that have not changed: the cluster forgets what was
 * not committed for `offsets.retention.minutes` (7 days; some set a day).
 */
export const commitAllEvery = 3_600_000;

/** Positions as they were when they were taken: what was received before that is to be made durable, then they are committed. */
export interface TakenPositions {
  readonly forSink: TopicPositions;
  readonly forKafka: ReadonlyMap<number, Position>;
}

/** The topic that is read, and the id of its cluster. */
export interface ReadTopic {
  readonly id: string;
  readonly name: string;
  readonly cluster: string;
}

export class SafeOffsets {
  readonly #reader: string;
  readonly #topic: ReadTopic;
  readonly #safe = new Map<number, SafeOffset>();
  readonly #began: Map<number, number>;
  readonly #remembered = new Map<number, number>();
  readonly #committed = new Map<number, number>();
  readonly #now: () => number;
  #allCommitted = Number.NEGATIVE_INFINITY;

  /** `reader`: the downloader's name; `from`: where each partition is read from; `began`: where it was first read from. `now` gives steady milliseconds. */
  constructor(
    reader: string,
    topic: ReadTopic,
    from: ReadonlyMap<number, ReadRange>,
    now: () => number = () => performance.now(),
  ) {
    this.#reader = reader;
    this.#topic = topic;
    this.#now = now;
    this.#began = new Map([...from].map(([partition, { began }]) => [partition, began]));
    for (const [partition, { safe, epochs }] of from) this.#safe.set(partition, new SafeOffset(safe, epochs));
  }

  /** A batch is being received, as far as it stands before `end`; call the result when it has been dealt with. */
  begin(
    { partition, records, epochs, logStartOffset, nextOffset }: FetchedBatch,
    end = Number.POSITIVE_INFINITY,
  ): () => void {
    let safe = this.#safe.get(partition);
    if (safe === undefined) {
      const from = records[0]?.offset ?? logStartOffset;
      safe = new SafeOffset(from);
      this.#safe.set(partition, safe);
      this.#began.set(partition, from);
    }
    // Who has gone further does not go back.
    return safe.begin(Math.max(safe.next, Math.min(nextOffset, end)), epochs);
  }

  /** Records up to `earliest` were removed before they were read; call the result when it is told what is lost by it. */
  skip(partition: number, earliest: number): () => void {
    // Of what was removed nobody knows the epochs.
    return this.#safe.get(partition)?.begin(earliest, [[-1, earliest - 1]]) ?? (() => {});
  }

  /** The log of a partition was cut: nothing from `at` on has been read. */
  cut(partition: number, at: number): void {
    this.#safe.get(partition)?.cut(at);
    this.#began.set(partition, Math.min(this.began(partition), at));
  }

  /** A partition is read from here on. */
  add(partition: number, { began, safe, epochs }: ReadRange): void {
    this.#safe.set(partition, new SafeOffset(safe, epochs));
    this.#began.set(partition, began);
  }

  /** A partition is another member's: nothing more is said of it. */
  drop(partition: number): void {
    for (const known of [this.#safe, this.#began, this.#remembered, this.#committed]) known.delete(partition);
  }

  /** Those that are read. */
  get partitions(): ReadonlySet<number> {
    return new Set(this.#safe.keys());
  }

  /** Where reading a partition goes on. */
  next(partition: number): number | undefined {
    return this.#safe.get(partition)?.next;
  }

  /** True when every partition has been dealt with up to these ends. */
  isPast(ends: ReadonlyMap<number, number>): boolean {
    return [...ends].every(([partition, end]) => (this.#safe.get(partition)?.value ?? 0) >= end);
  }

  /** True where a Kafka offset has not been dealt with, nor was by an earlier run, and will be. `ends`: where the run ends, if it does. */
  isAhead(partition: number, offset: number, ends: ReadonlyMap<number, number> | undefined): boolean {
    if (this.isPast(new Map([[partition, offset + 1]]))) return false;
    return ends === undefined || offset < (ends.get(partition) ?? 0);
  }

  /** Where a partition was first read from. */
  began(partition: number): number {
    return this.#began.get(partition) ?? 0;
  }

  /** What has changed since it was told; of the cluster's, all once in a while. */
  take(): TakenPositions {
    const isDue = this.#now() - this.#allCommitted >= commitAllEvery;
    const partitions = new Map<number, ReadRange>();
    const forKafka = new Map<number, Position>();
    for (const [partition, { value: safe, epochs }] of this.#safe) {
      const last = epochs.at(-1)?.[0];
      if (safe !== this.#remembered.get(partition))
        partitions.set(partition, {
          began: this.began(partition),
          safe,
          ...(last === undefined ? {} : { epochs }),
        });
      if (isDue || safe !== this.#committed.get(partition))
        forKafka.set(partition, {
          offset: safe,
          metadata: this.#topic.id,
          ...(last === undefined ? {} : { leaderEpoch: last }),
        });
    }
    const { id: topic, name, cluster } = this.#topic;
    return { forSink: { reader: this.#reader, topic, name, cluster, partitions }, forKafka };
  }

  /** The sink has been told. */
  remembered({ forSink }: TakenPositions): void {
    for (const [partition, { safe }] of forSink.partitions) this.#remembered.set(partition, safe);
  }

  /** The cluster has been told. */
  committed({ forKafka }: TakenPositions): void {
    for (const [partition, { offset }] of forKafka) this.#committed.set(partition, offset);
    if (forKafka.size === this.#safe.size) this.#allCommitted = this.#now();
  }
}
