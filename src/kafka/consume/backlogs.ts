/** PURE. What is left of all partitions that are fetched from one broker: whether others may go ahead there, and where they begin. */
import { Backlog } from './backlog.ts';
import { BatchSizes } from './batch-sizes.ts';
import type { Cursor } from './cursor.ts';
import type { Piece, Range } from './stripes.ts';

/** Batches that have to be left for others to go ahead. */
const deepBatches = 2;

export class Backlogs {
  readonly #deepBytes: number;
  readonly #giveBack: (piece: Piece) => void;
  readonly #all = new Map<Cursor, Backlog>();
  /** Of all partitions: the first answer may be of one of them alone. */
  readonly #sizes = new BatchSizes();

  /** `deepBytes`: have to be left for others to go ahead. `giveBack`: takes what was fetched and is not handed out. */
  constructor(deepBytes: number, giveBack: (piece: Piece) => void) {
    this.#deepBytes = deepBytes;
    this.#giveBack = giveBack;
  }

  of(cursor: Cursor): Backlog {
    let backlog = this.#all.get(cursor);
    if (backlog === undefined) {
      backlog = new Backlog(cursor, this.#sizes, this.#giveBack);
      this.#all.set(cursor, backlog);
    }
    return backlog;
  }

  find(cursor: Cursor): Backlog | undefined {
    return this.#all.get(cursor);
  }

  /** What was fetched of it is given back. */
  drop(cursor: Cursor): void {
    const backlog = this.#all.get(cursor);
    this.#all.delete(cursor);
    backlog?.stripes.clear();
  }

  clear(): void {
    for (const cursor of [...this.#all.keys()]) this.drop(cursor);
  }

  /** About so many bytes, as far as anything is known. */
  get left(): number {
    let left = 0;
    for (const backlog of this.#all.values()) left += backlog.left;
    return left;
  }

  /** About so many of them nobody has asked for. */
  get unasked(): number {
    let unasked = 0;
    for (const backlog of this.#all.values()) unasked += backlog.unasked;
    return unasked;
  }

  /** So much is left that others may go ahead: of all partitions together, for all of them come from the same broker. */
  get areDeep(): boolean {
    const { left } = this;
    let largest = 0;
    for (const { sizes } of this.#all.values()) largest = Math.max(largest, sizes.largest);
    return left > 0 && left >= Math.max(this.#deepBytes, deepBatches * largest);
  }

  /** Of the partitions of which something is left that nobody fetches, the one of which the least lies ahead; about so many bytes of it. */
  next(bytes: number): { readonly backlog: Backlog; readonly range: Range } | undefined {
    let least = Number.POSITIVE_INFINITY;
    let found: { readonly backlog: Backlog; readonly range: Range } | undefined;
    for (const backlog of this.#all.values()) {
      const range = backlog.next(bytes);
      if (range === undefined) continue;
      const ahead = backlog.sizes.bytesOf(range.from - backlog.cursor.position);
      if (ahead >= least) continue;
      least = ahead;
      found = { backlog, range };
    }
    return found;
  }

  /** Of what was fetched, the part that will be wanted last is given back. False: there is nothing. */
  dropFarthest(): boolean {
    return [...this.#all.values()].some(({ stripes }) => stripes.dropFarthest());
  }
}
