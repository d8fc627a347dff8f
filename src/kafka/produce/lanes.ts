/**
 * The sessions of one producer. The first sends what is to keep its order; records whose order is free wait in one list for each
 * partition, and each session takes the next of them when it has room: one whose connection is slow, or broken, holds back only
 * what it has taken.
 */
import type { Cluster } from '../cluster/cluster.ts';
import type { KafkaError, RecordOrder } from '../contract.ts';
import type { PendingRecord } from './batch.ts';
import type { BatchCompression } from './compression.ts';
import { Lane, type Shared } from './lane.ts';

/** What a session joins to a batch of shared records: no more, for others would have nothing to do. */
const sharedBytes = 64 * 1024;
/** Batches on their way of each of several sessions: one is being answered, one under way, one follows. */
const laneLoad = 3;
/** Of the only one, to all partitions, where others may soon take what it leaves. */
const loneLoad = 5;
/** Of all sessions together under a limit: a record takes a fifth of a second then, so that these are one. */
const pacedLoad = 5;

export class Lanes {
  readonly #cluster: Cluster;
  readonly #compression: BatchCompression | undefined;
  readonly #most: number;
  readonly #lanes: Lane[] = [];
  readonly #partitions = new Map<string, Shared>();
  readonly #waiting = new Set<Shared>();
  #inUse = 1;
  /** The line is long: there may be more sessions soon. */
  isFar = false;

  /** `most`: sessions at once. */
  constructor(cluster: Cluster, compression: BatchCompression | undefined, most: number) {
    this.#cluster = cluster;
    this.#compression = compression;
    this.#most = most;
    this.#first();
  }

  /** How many sessions take records whose order is free. */
  get inUse(): number {
    return this.#inUse;
  }

  use(count: number): void {
    this.#inUse = Math.max(1, Math.min(count, this.#most));
    while (this.#lanes.length < this.#inUse) this.#newLane();
    for (const to of this.#waitingNow()) this.#offer(to);
  }

  /** True when records wait that nobody has room for. */
  get isFull(): boolean {
    return !this.#waitingNow().next().done;
  }

  /** Why nothing can be written to the partition any more. */
  poisonOf(to: Shared): KafkaError | undefined {
    return this.#first().route(to).poison;
  }

  append(to: Shared, record: PendingRecord, order: RecordOrder): void {
    if (order !== 'kept' && this.#most > 1) {
      if (order === 'urgent') this.#putFirst(to.records, { ...record, isUrgent: true });
      else to.records.push(record);
      this.#waiting.add(to);
      this.#offer(to);
      return;
    }
    const first = this.#first();
    const route = first.route(to);
    route.queue.append(record);
    first.wake(route);
  }

  /** Behind those that are as urgent. */
  #putFirst(records: PendingRecord[], record: PendingRecord): void {
    const behind = records.findIndex(({ isUrgent }) => isUrgent !== true);
    records.splice(behind < 0 ? records.length : behind, 0, record);
  }

  /** Has the first session find its way to the partition. */
  prepare(to: Shared): void {
    const first = this.#first();
    first.wake(first.route(to));
  }

  clear(error: Error): void {
    for (const lane of this.#lanes) lane.clear(error);
  }

  closeLinks(): void {
    for (const lane of this.#lanes) lane.closeLinks();
  }

  /** The least busy session that is ready takes it; with none, whoever has room first. Those that are not are made ready. */
  #offer(to: Shared): void {
    let best: Lane | undefined;
    for (let index = 0; index < this.#inUse; index += 1) {
      const lane = this.#lanes[index]!;
      const route = lane.route(to);
      if (!lane.isReady(route)) lane.wake(route);
      else if (lane.hasRoom && (best === undefined || lane.load < best.load)) best = lane;
    }
    best?.wake(best.route(to));
  }

  #share(index: number, load: number): number {
    if (index >= this.#inUse || load >= this.#pacedLoad) return 0;
    if (this.#inUse === 1) return !this.isFar || load < loneLoad ? this.#sharedBytes : 0;
    return load < laneLoad && this.#areLeftFor(load) ? this.#sharedBytes : 0;
  }

  /** Who has so many batches on the way takes one more where as many wait for each of the others: they would wait for it otherwise. */
  #areLeftFor(load: number): boolean {
    let missing = load * this.#inUse;
    for (const { records } of this.#waiting) missing -= records.length;
    return missing <= 0;
  }

  /** So many batches of a session are best on their way under a limit: what is urgent, or is to keep its order, waits for no more. */
  get #pacedLoad(): number {
    const isPaced = this.#cluster.options.paces?.sent.isOn === true;
    return isPaced ? Math.max(2, Math.ceil(pacedLoad / this.#inUse)) : Number.POSITIVE_INFINITY;
  }

  /** What it joins then. */
  get #sharedBytes(): number {
    return Math.min(sharedBytes, this.#cluster.options.paces?.sent.recordBytes ?? sharedBytes);
  }

  *#waitingNow(): Generator<Shared> {
    for (const to of this.#waiting) {
      if (to.records.length > 0) yield to;
      else this.#waiting.delete(to);
    }
  }

  *#urgentNow(): Generator<Shared> {
    for (const to of this.#waiting) if (to.records[0]?.isUrgent === true) yield to;
  }

  #first(): Lane {
    return this.#lanes[0] ?? this.#newLane();
  }

  #newLane(): Lane {
    const index = this.#lanes.length;
    const lane = new Lane({
      cluster: this.#cluster,
      compression: this.#compression,
      isSpare: index > 0,
      share: (load) => this.#share(index, load),
      urgent: () => (index < this.#inUse ? this.#urgentNow() : []),
      waiting: () => (index < this.#inUse ? this.#waitingNow() : []),
      onRefused: (broker) => this.#makeWay(lane, broker),
    });
    this.#lanes.push(lane);
    return lane;
  }

  /** A session has to have a connection and gets none, though others do: those that are spare leave theirs to it. */
  #makeWay(lane: Lane, broker: number | undefined): void {
    for (const other of this.#lanes.slice(1)) if (other !== lane) other.giveWay(broker);
  }

  /** A partition, as it is to be named to all else. */
  partition(topic: string, partition: number): Shared {
    const key = `${topic}-${partition}`;
    let known = this.#partitions.get(key);
    if (known === undefined) {
      known = { topic, partition, records: [] };
      this.#partitions.set(key, known);
    }
    return known;
  }
}
