/** A partition that is read: where it stands, and what has been fetched of it. */
import type { Backoff } from '../cluster/backoff.ts';
import type { EpochRun } from '../contract.ts';
import { Epochs } from '../epochs.ts';
import type { FetchedPartition } from '../wire/fetch.ts';
import type { SharedFrame } from './shared-frame.ts';

export interface Cursor {
  readonly partition: number;
  readonly backoff: Backoff;
  /** End offset (exclusive); infinite when the partition is followed for ever. */
  readonly until: number;
  /** The offset to fetch next. */
  position: number;
  /** The offset after the last record handed to the reader. */
  delivered: number;
  /** Raised whenever `position` jumps: what was fetched before is then for nobody. */
  generation: number;
  leaderEpoch: number;
  /** Of what was read before `position`: by them a leader notices that its log has been cut. */
  readonly epochs: Epochs;
  /** A replica nearer than the leader (KIP-392), and until when (milliseconds by the steady clock) it is asked. */
  replica: { readonly broker: number; readonly until: number } | undefined;
  /** A replica has failed: until then (milliseconds by the steady clock) the leader alone is asked. */
  leaderAloneUntil: number;
  /** How often the log was said to have been cut before `position`. */
  cuts: number;
  /** Attempts to read a batch that came corrupt. */
  corruptions: number;
  missingSince: number | undefined;
  /** Since when the log has ended before `until`: milliseconds by the steady clock. */
  endsEarlySince: number | undefined;
  mending: boolean;
  /** Given up: nothing of it is fetched or handed out any more. */
  isGivenUp: boolean;
}

/** A batch that stays corrupt when it is fetched again so often is corrupt at the broker. */
export const corruptionsAllowed = 2;

/** Who says so often that the log was cut does not know it: what was read is not shown any more. */
export const cutsBelieved = 8;

/** A cursor at `offset`, not yet assigned to any broker; `epochs`: of what was read before it. */
export function newCursor(
  partition: number,
  offset: number,
  until: number,
  backoff: Backoff,
  epochs: readonly EpochRun[] = [],
): Cursor {
  return {
    partition,
    backoff,
    until,
    position: offset,
    delivered: offset,
    generation: 0,
    leaderEpoch: -1,
    epochs: new Epochs(epochs),
    replica: undefined,
    leaderAloneUntil: 0,
    cuts: 0,
    corruptions: 0,
    missingSince: undefined,
    endsEarlySince: undefined,
    mending: false,
    isGivenUp: false,
  };
}

/** What one response brought of one partition, not yet decoded. */
export interface Part {
  readonly cursor: Cursor;
  readonly generation: number;
  /** The offset that was asked for: earlier records of the first batch are left out. */
  readonly from: number;
  readonly frame: SharedFrame;
  readonly fetched: FetchedPartition;
}

/** True when nothing more is to be fetched. */
export function isFetched(cursor: Cursor): boolean {
  return cursor.position >= cursor.until;
}

/** Moves the cursor; what has been fetched already is dropped. */
export function jump(cursor: Cursor, position: number): void {
  cursor.position = position;
  cursor.epochs.backTo(position);
  cursor.generation += 1;
}
