/**
 * What a reader of live topics hands on, in the order of the topic. A feed has already dropped what must not be seen: records of
 * lower epochs than one that came before, what comes twice (epoch, sequence), what is not of FORMAT.md.
 */

import type { StreamClaim } from '../records/live-claim.ts';
import type { IndexEntry } from '../records/live-index.ts';
import type { LiveRecord } from '../records/live-record.ts';

export interface LiveFeedHandler {
  /** A record of `L`. `bytes` is the receiver's own. */
  onRecord(record: LiveRecord, bytes: Buffer, offset: number): void;
  /** A record of `L.index`. */
  onIndex(entry: IndexEntry): void;
  /** A record of `L.streams`; undefined: the stream is forgotten. */
  onClaim(stream: string, claim: StreamClaim | undefined): void;
}
