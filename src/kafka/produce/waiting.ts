/**
 * PURE. Records that wait for one partition at one session: those of its own, in order, and those of a list that it shares with
 * other sessions, of which each takes the next when it has room.
 */
import { countWithin, type PendingRecord } from './batch.ts';

export interface WaitingOptions {
  /** Records whose order is free, for whichever session takes them first. */
  readonly shared?: PendingRecord[];
  /** False: what becomes of shared records that nobody can send is for another session to say. Default true. */
  readonly answersForShared?: boolean;
}

export class Waiting {
  readonly #own: PendingRecord[] = [];
  readonly #shared: PendingRecord[];
  readonly #answersForShared: boolean;

  constructor({ shared = [], answersForShared = true }: WaitingOptions) {
    this.#shared = shared;
    this.#answersForShared = answersForShared;
  }

  /** Nothing waits that this session has to answer for. */
  get isEmpty(): boolean {
    return this.#own.length === 0 && !(this.#answersForShared && this.#shared.length > 0);
  }

  append(record: PendingRecord): void {
    this.#own.push(record);
  }

  /**
   * The next records of a batch of at most `most` bytes, or one that is larger; of the shared ones at most `share` bytes, and with 0
   * none of them. Empty when there are none.
   */
  take(most: number, share: number): readonly PendingRecord[] {
    const isOwn = this.#own.length > 0;
    if (!isOwn && (share === 0 || this.#shared.length === 0)) return [];
    const from = isOwn ? this.#own : this.#shared;
    return from.splice(0, countWithin(from, isOwn ? most : Math.min(most, share)));
  }

  /** All that this session answers for; nothing of it waits any more. */
  clear(): readonly PendingRecord[] {
    const own = this.#own.splice(0);
    return this.#answersForShared ? [...own, ...this.#shared.splice(0)] : own;
  }
}
