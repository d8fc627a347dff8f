/** Whether a quota lets nothing of a topic through from a broker, which is told once it has lasted. */
import type { FetchResponse } from '../wire/fetch.ts';
import type { FetcherOwner } from './fetcher-owner.ts';

export class Withheld {
  readonly #owner: Pick<FetcherOwner, 'cluster' | 'topic'>;
  /** Milliseconds by the steady clock; undefined: the last answer was of partitions. */
  #since: number | undefined;

  constructor(owner: Pick<FetcherOwner, 'cluster' | 'topic'>) {
    this.#owner = owner;
  }

  /** An answer beyond the quota is of no partition at all (KIP-219): it asks to be spared, and nothing else. */
  note({ partitions, throttleMs }: FetchResponse): void {
    const isEmptied = partitions.length === 0 && throttleMs > 0;
    this.#since = isEmptied ? (this.#since ?? performance.now()) : undefined;
    if (this.#since === undefined) return;
    this.#owner.cluster.reporter.withheld(this.#owner.topic().name, this.#since);
  }
}
