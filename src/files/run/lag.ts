/** How far a downloader is behind: what was read and dealt with, beside where the topic begins and ends. */
import type { Consumer, ConsumerOptions, FetchedBatch, GroupReading, Kafka } from '../../kafka/contract.ts';

/** How far reading is behind, of all partitions that are read here. */
export interface Behind {
  readonly records: number;
  /** By the size of the records that were read so far; undefined where none was, and some are left. */
  readonly bytes: number | undefined;
  /** Seconds until retention removes the oldest record that is not dealt with; undefined: there is none, or nobody can tell. */
  readonly retentionLeft: number | undefined;
  /** Of the partition that has least: records between the beginning of the log and what is dealt with. */
  readonly headroom: number | undefined;
}

/** One partition. */
interface Place {
  /** All before it is dealt with. */
  position: number;
  /** The time of the record at the position, or of the one before: milliseconds since the epoch. */
  timestamp: number;
  end: number;
  start: number;
  /** Batches in hand, in the order of their offsets. */
  readonly inHand: {
    readonly next: number;
    readonly first: number;
    readonly last: number;
    isDone: boolean;
  }[];
}

export class Lag {
  readonly #places = new Map<number, Place>();
  #records = 0;
  #bytes = 0;

  /** Reading begins, or begins anew, at these offsets. */
  begin(from: ReadonlyMap<number, number>): void {
    for (const [partition, position] of from)
      this.#places.set(partition, { position, timestamp: 0, end: position, start: 0, inHand: [] });
  }

  /** Whoever reads is given this batch; its release says that it was dealt with. */
  take(batch: FetchedBatch): FetchedBatch {
    const { partition, records, nextOffset, highWatermark: end, logStartOffset: start } = batch;
    const first = records[0]?.timestamp ?? 0;
    const last = records.at(-1)?.timestamp ?? first;
    const fresh = { position: records[0]?.offset ?? nextOffset, timestamp: 0, end, start, inHand: [] };
    const place: Place = this.#places.get(partition) ?? fresh;
    this.#places.set(partition, place);
    Object.assign(place, { end: Math.max(end, nextOffset), start });
    this.#records += records.length;
    for (const { value } of records) this.#bytes += value?.length ?? 0;
    const held = { next: nextOffset, first, last, isDone: false };
    place.inHand.push(held);
    place.timestamp = place.inHand[0]?.first ?? first;
    const release = (): void => {
      held.isDone = true;
      settle(place);
      batch.release();
    };
    return { ...batch, release };
  }

  /** Partitions that are not read here any more. */
  forget(partitions: readonly number[]): void {
    for (const partition of partitions) this.#places.delete(partition);
  }

  /** Partition -> position, where something is left whose time nobody knows, for nothing was read yet. */
  undated(ends: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
    const found = new Map<number, number>();
    for (const [partition, { position, timestamp, end }] of this.#places)
      if (timestamp === 0 && (ends.get(partition) ?? end) > position) found.set(partition, position);
    return found;
  }

  /** The record at that position is of that time; milliseconds since the epoch. */
  date(partition: number, position: number, time: number): void {
    const place = this.#places.get(partition);
    if (place?.timestamp === 0 && place.position === position) place.timestamp = time;
  }

  /** Whether that is what is read next there. */
  isAt(partition: number, position: number): boolean {
    return this.#places.get(partition)?.position === position;
  }

  #bytesOf(records: number): number | undefined {
    if (this.#records === 0) return records === 0 ? 0 : undefined;
    return Math.round((records * this.#bytes) / this.#records);
  }

  /** `ends` and `starts` as the brokers say them now; `retention`: milliseconds, -1 for ever, undefined where nobody can tell. */
  behind(
    now: number,
    retention: number | undefined,
    ends: ReadonlyMap<number, number> = new Map(),
    starts: ReadonlyMap<number, number> = new Map(),
  ): Behind {
    let [records, left, headroom] = [0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const [partition, place] of this.#places) {
      const behind = Math.max(0, (ends.get(partition) ?? place.end) - place.position);
      records += behind;
      headroom = Math.min(headroom, Math.max(0, place.position - (starts.get(partition) ?? place.start)));
      if (behind > 0 && place.timestamp > 0) left = Math.min(left, place.timestamp);
    }
    const isKept = retention === undefined || retention < 0 || left === Number.POSITIVE_INFINITY;
    return {
      records,
      bytes: this.#bytesOf(records),
      retentionLeft: isKept ? undefined : (left + retention - now) / 1000,
      headroom: Number.isFinite(headroom) ? headroom : undefined,
    };
  }
}

function settle(place: Place): void {
  while (place.inHand[0]?.isDone === true) {
    const done = place.inHand.shift();
    if (done === undefined) return;
    place.position = done.next;
    place.timestamp = done.last;
  }
  place.timestamp = place.inHand[0]?.first ?? place.timestamp;
}

/** The same client, whose reading of a downloader is seen. What is looked up on the way is none of it. */
export function watchReading(kafka: Kafka, lag: Lag): Kafka {
  const consumer = (options: ConsumerOptions): Consumer => {
    // A downloader says of its own reading alone what becomes of new partitions, or that it is a group's.
    const isOwn = options.group !== undefined || options.newPartitions !== undefined;
    if (!isOwn) return kafka.consumer(options);
    if (options.group !== undefined) return watched(kafka.consumer(dealt(options, lag)), lag);
    lag.begin(options.from);
    return watched(kafka.consumer(options), lag);
  };
  return new Proxy(kafka, {
    get(target, name) {
      if (name === 'consumer') return consumer;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

function dealt(options: GroupReading, lag: Lag): GroupReading {
  const { onAssigned, onRevoked, onLost } = options;
  return {
    ...options,
    async onAssigned(partitions, committed) {
      const from = await onAssigned?.(partitions, committed);
      const offset = (partition: number) => from?.get(partition) ?? committed.get(partition)?.offset ?? 0;
      lag.begin(new Map(partitions.map((partition) => [partition, offset(partition)])));
      return from;
    },
    async onRevoked(partitions) {
      await onRevoked?.(partitions);
      lag.forget(partitions);
    },
    async onLost(partitions) {
      await onLost?.(partitions);
      lag.forget(partitions);
    },
  };
}

function watched(consumer: Consumer, lag: Lag): Consumer {
  return {
    commit: (positions) => consumer.commit(positions),
    close: () => consumer.close(),
    [Symbol.asyncIterator](): AsyncIterator<FetchedBatch, undefined> {
      const inner = consumer[Symbol.asyncIterator]();
      return {
        async next() {
          const step = await inner.next();
          return step.done === true ? { done: true, value: undefined } : { value: lag.take(step.value) };
        },
        async return() {
          await inner.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
