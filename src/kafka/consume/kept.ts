/** Keeps what was fetched ahead, within the budget, until its turn has come, and hands it out in order. */
import type { FetchedPartition } from '../wire/fetch.ts';
import type { Frame } from '../wire/frame-pool.ts';
import type { Backlog } from './backlog.ts';
import type { Backlogs } from './backlogs.ts';
import type { Cursor } from './cursor.ts';
import type { FetcherOwner } from './fetcher-owner.ts';
import { share } from './shared-frame.ts';
import type { Piece, Stripe } from './stripes.ts';
import { wholeBatches } from './whole-batches.ts';

/** Frames count at least so much: that is what the pool gives out. */
export const smallestFrame = 64 * 1024;

export class Kept {
  readonly #owner: FetcherOwner;
  /** Its turn has come: the cursor's position moves behind it. */
  readonly #deliver: (cursor: Cursor, piece: Piece) => void;

  constructor(owner: FetcherOwner, deliver: (cursor: Cursor, piece: Piece) => void) {
    this.#owner = owner;
    this.#deliver = deliver;
  }

  /** An answer for the stripe, to which so many bytes of the budget were granted. What is odd about it is dropped. */
  came(
    backlog: Backlog,
    stripe: Stripe,
    frame: Frame,
    fetched: FetchedPartition | undefined,
    granted: number,
  ): void {
    const { budget } = this.#owner;
    const held = Math.max(frame.bytes.byteLength, smallestFrame);
    budget.adjustAhead(held - granted);
    const shared = share(frame, () => budget.adjust(-held));
    const from = stripe.next;
    const whole = fetched && wholeBatches(shared.bytes, fetched, from);
    if (!fetched || !whole || fetched.errorCode !== 0 || whole.isSpoiled || whole.next <= from) {
      budget.turn(held);
      shared.release();
      backlog.isOdd();
      return;
    }
    if (!stripe.isDropped) backlog.came(whole, fetched.highWatermark);
    backlog.stripes.came(stripe, { from, to: whole.next, frame: shared, fetched, held });
    this.follow(backlog);
  }

  /** Hands out what has come and goes on at the position. */
  follow(backlog: Backlog): void {
    const { cursor, stripes } = backlog;
    for (let piece = stripes.take(cursor.position); piece; piece = stripes.take(cursor.position)) {
      const { epoch } = wholeBatches(piece.frame.bytes, piece.fetched, cursor.position);
      // Where nothing is known of what comes before, nobody could notice either.
      if (cursor.epochs.last >= 0 && epoch !== cursor.epochs.last) {
        // Another leader has written this, or the log was cut in between: by asking in order the fetcher learns which.
        this.giveBack(piece);
        stripes.dropAt(cursor.position);
        backlog.isOdd();
        return;
      }
      this.#owner.budget.turn(piece.held);
      this.#deliver(cursor, piece);
    }
  }

  /** Batches larger than those before may have taken what is kept for what comes first: the farthest are given back for it. */
  makeRoom(backlogs: Backlogs): void {
    const { budget } = this.#owner;
    while (budget.ahead + this.#owner.fetchBytes() > budget.whole && backlogs.dropFarthest());
  }

  /** Nobody wants it any more. */
  giveBack({ frame, held }: Piece): void {
    this.#owner.budget.turn(held);
    frame.release();
  }
}
