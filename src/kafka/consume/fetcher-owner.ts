/** What fetchers are given, and tell, by whoever assigns partitions to them. */
import type { Cluster } from '../cluster/cluster.ts';
import type { LinkPurpose } from '../cluster/link-purpose.ts';
import type { FramePool } from '../wire/frame-pool.ts';
import type { Budget } from './budget.ts';
import type { Cursor, Part } from './cursor.ts';

/** How far several connections go ahead. */
export interface AheadLimits {
  /** Connections to one broker at once, at most. */
  readonly most: number;
  /** So many to begin with. */
  readonly first: number;
  /** With fewer bytes left than that nobody goes ahead: they would be here before others have begun. */
  readonly deepBytes: number;
}

/** What all fetchers of a consumer share. */
export interface FetcherMeans {
  readonly cluster: Cluster;
  readonly budget: Budget;
  readonly pool: FramePool;
  readonly ahead: AheadLimits;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** What a fetcher needs of its consumer. */
export interface FetcherOwner extends FetcherMeans {
  readonly purpose: LinkPurpose;
  /** Bytes to ask for in one request. */
  fetchBytes(): number;
  /** What is read. */
  topic(): { readonly id: string; readonly name: string };
  /** Fetched, in order. */
  deliver(part: Part): void;
  /** The partition cannot be read here (now); it has been taken off this broker. */
  displaced(cursor: Cursor, error?: Error): void;
  /** The position is not on the partition; it has been taken off this broker. */
  outOfRange(cursor: Cursor): void;
  /** Only up to this offset the log is as it was when it was read; the partition has been taken off this broker. */
  diverged(cursor: Cursor, offset: number): void;
  /** The broker's log ends before the reading is to; the partition stays with this broker. */
  endsEarly(cursor: Cursor): void;
  /** The broker cannot read what stands there; it has been taken off this broker. */
  corrupt(cursor: Cursor): void;
  /** The broker names a replica nearer to the client; the partition has been taken off this broker. */
  redirected(cursor: Cursor, broker: number): void;
}
