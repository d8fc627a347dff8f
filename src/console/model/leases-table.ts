/** Who holds the names of uploaders, by `T.state`: a lease that is renewed is alive, by the clock of whoever looks. */
import type { Lease } from '../../records/state-record.ts';
import { LastPut } from './last-put.ts';

/** Names that are remembered, those that were heard of last: whoever may write there could make up any number. */
const mostNames = 10_000;

export interface HeardLease extends Lease {
  /** When it was written, milliseconds since the epoch, by the clock of its holder. */
  readonly at: number;
  /** When it was heard of here. */
  readonly heard: number;
}

export class LeasesTable {
  readonly #leases = new LastPut<HeardLease | null>(mostNames);

  /** `heard`: when; of what stood there before, as it says itself. `null`: the name was given back. */
  take(uploader: string, lease: Lease | null, at: number, heard: number): void {
    this.#leases.put(uploader, lease === null ? null : { ...lease, at, heard });
  }

  clear(): void {
    this.#leases.clear();
  }

  get uploaders(): Iterable<string> {
    return this.#leases.keys();
  }

  of(uploader: string): HeardLease | undefined {
    return this.#leases.get(uploader) ?? undefined;
  }

  /** Of a name that nobody holds nothing says that it is held: it was given back. */
  state(uploader: string, now: number): 'running' | 'ended' | 'silent' {
    const lease = this.of(uploader);
    if (lease === undefined) return 'ended';
    return now < lease.heard + lease.lasts ? 'running' : 'silent';
  }
}
