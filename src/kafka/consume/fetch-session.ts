/**
 * PURE. What a broker remembers of that for which a connection asks again and again (KIP-227). While nothing comes, and the same is asked
 * for, nothing need be named, nor answered: a hundred partitions without news are some 7 kB each way otherwise, twice a second.
 */
import type { FetchEntry } from '../wire/fetch.ts';

/** What a request says of its session. */
export interface SessionRequest {
  /** 0: none. */
  readonly id: number;
  /** -1: no session; 0: a new one in the place of that one; else what was asked for before is asked for again. */
  readonly epoch: number;
  /** The partitions to name. */
  readonly entries: readonly FetchEntry[];
}

/** What an answer says of it. */
export interface SessionAnswer {
  readonly sessionId: number;
  readonly errorCode: number;
  readonly throttleMs: number;
}

/** Of fewer partitions there is little to be saved. */
const leastPartitions = 4;
/** Milliseconds for which a broker that has no session to give is not asked for one. */
const refusedMs = 60_000;
const lastEpoch = 2 ** 31 - 1;

export class FetchSession {
  #id = 0;
  /** Of the next request; 0: there is none yet that says nothing. */
  #epoch = 0;
  #told: readonly FetchEntry[] = [];
  #mostBytes = 0;
  #refusedUntil = Number.NEGATIVE_INFINITY;

  /** `now`: milliseconds, steady. `isQuiet`: nothing has come the last time, and all of it is followed without an end. */
  next(now: number, entries: readonly FetchEntry[], mostBytes: number, isQuiet: boolean): SessionRequest {
    if (!isQuiet || entries.length < leastPartitions || now < this.#refusedUntil)
      return { id: 0, epoch: -1, entries };
    const isSame = this.#epoch > 0 && mostBytes === this.#mostBytes && areSame(entries, this.#told);
    if (isSame) return { id: this.#id, epoch: this.#epoch, entries: [] };
    this.#told = entries;
    this.#mostBytes = mostBytes;
    this.#epoch = 0;
    return { id: this.#id, epoch: 0, entries };
  }

  answered(
    now: number,
    { epoch }: SessionRequest,
    { sessionId, errorCode, throttleMs }: SessionAnswer,
  ): void {
    if (epoch < 0) return;
    const isThere = errorCode === 0 && sessionId > 0;
    this.#id = isThere ? sessionId : 0;
    this.#epoch = isThere ? (epoch % lastEpoch) + 1 : 0;
    // What a quota has emptied says nothing of sessions. Others have forgotten it, or have no room for one.
    if (!isThere && throttleMs === 0) this.#refusedUntil = now + refusedMs;
  }
}

function areSame(some: readonly FetchEntry[], others: readonly FetchEntry[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ partition, leaderEpoch, offset, lastFetchedEpoch }, index) => {
      const other = others[index]!;
      return (
        partition === other.partition &&
        leaderEpoch === other.leaderEpoch &&
        offset === other.offset &&
        lastFetchedEpoch === other.lastFetchedEpoch
      );
    })
  );
}
