/** Watches how a producer's records get on, and has as many lanes used as the line is worth. */
import type { Cluster } from '../cluster/cluster.ts';
import { LaneCount } from './lane-count.ts';
import type { Lanes } from './lanes.ts';

/** Milliseconds between two looks at the least. */
const lookEvery = 100;

export interface SeenOfRecords {
  /** Bytes acknowledged so far. */
  acknowledged(): number;
  /** So much is on its way that whoever appends has little memory left. */
  isMuch(): boolean;
}

export class LineWatch {
  readonly #cluster: Cluster;
  readonly #lanes: Lanes;
  readonly #count: LaneCount;
  readonly #seen: SeenOfRecords;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(cluster: Cluster, lanes: Lanes, most: number, seen: SeenOfRecords) {
    this.#cluster = cluster;
    this.#lanes = lanes;
    this.#count = new LaneCount(most);
    this.#seen = seen;
  }

  /** Bytes that a record of free order best has at the most, as far as anything is known. */
  get recordBytes(): number {
    this.#see();
    return this.#count.recordBytes;
  }

  /** Records are appended: there is something to be seen. */
  wake(): void {
    if (this.#looking || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#look(), lookEvery).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#looking = true;
  }

  /** Connections are what records wait for: in the lists, or on their way, where each of several partitions has its own there. */
  get #isBusy(): boolean {
    return this.#lanes.isFull || this.#seen.isMuch();
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    this.#see();
    // Before it was known to be, a broker that was busy had looked like one that is far away.
    if (this.#count.isNear) this.#use(1);
    if (this.#count.isNear || !this.#isBusy) return;
    this.#looking = true;
    const roundTrip = await this.#ask();
    if (this.#cluster.signal.aborted) return;
    this.#looking = false;
    const sample = { now: performance.now(), bytes: this.#seen.acknowledged(), roundTrip };
    this.#use(this.#count.take({ ...sample, isBusy: this.#isBusy }));
    this.wake();
  }

  #see(): void {
    this.#count.saw(this.#cluster.nearest);
    this.#lanes.isFar = this.#count.isLong;
  }

  #use(connections: number): void {
    if (connections === this.#lanes.inUse) return;
    this.#cluster.options.logger.debug({ connections }, 'connections that carry records, of any order');
    this.#lanes.use(connections);
  }

  /** Milliseconds of a small request beside all that is on its way. */
  async #ask(): Promise<number | undefined> {
    const begun = performance.now();
    try {
      await this.#cluster.metadata([]);
      return performance.now() - begun;
    } catch {
      return undefined;
    }
  }
}
