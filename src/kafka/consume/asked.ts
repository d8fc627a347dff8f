/** What is asked of a broker in one request: partitions, and from where on. PURE. */
import type { FetchEntry } from '../wire/fetch.ts';
import { type Cursor, cutsBelieved } from './cursor.ts';

export interface Asked {
  readonly cursor: Cursor;
  readonly offset: number;
  readonly generation: number;
}

export function askedOf(cursor: Cursor): Asked {
  return { cursor, offset: cursor.position, generation: cursor.generation };
}

export function entryOf({ cursor, offset }: Asked): FetchEntry {
  const { partition, leaderEpoch } = cursor;
  return { partition, leaderEpoch, offset, lastFetchedEpoch: shownEpoch(cursor) };
}

/** What was asked for is what is next. */
export function isStill({ cursor, offset, generation }: Asked): boolean {
  return generation === cursor.generation && offset === cursor.position;
}

/** By which the leader may notice a cut; -1: it is not to look. A follower may not have heard of it yet. */
export function shownEpoch({ replica, cuts, epochs }: Cursor): number {
  return replica || cuts >= cutsBelieved ? -1 : epochs.last;
}

/** Of what was asked for, that of which an answer says nothing. */
export function unansweredOf(
  asked: readonly Asked[],
  answered: readonly { readonly partition: number }[],
): readonly Asked[] {
  if (answered.length >= asked.length) return [];
  const told = new Set(answered.map(({ partition }) => partition));
  return asked.filter((one) => !told.has(one.cursor.partition) && isStill(one));
}
