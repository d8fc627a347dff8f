/**
 * Encrypted records that no key of ours opens. They are told, and reading goes on behind them; where they stand is remembered with the
 * position, so that a run with other keys reads them then. Nothing is lost by a key that comes late, as long as the topic has the records.
 */
import { createHash } from 'node:crypto';
import type { UnfinishedUpload } from '../../stores/contract.ts';

/** Offsets `[first, last]` of a partition. */
export type OffsetRange = readonly [partition: number, first: number, last: number];

/** No uploader's name begins with a dot: in what a sink remembers this is nobody's upload. */
const ownName = '.locked';
/** Ranges that are remembered: beyond, those that are nearest to each other are read as one. */
const rangesLimit = 1000;
/** Records between two that are read along, which costs less than another range. */
const nearAtFirst = 100;

export class LockedRecords {
  readonly #topic: string;
  readonly #mark: string;
  #near = nearAtFirst;
  #ranges: OffsetRange[] = [];
  /** What earlier runs left, to be read again; with what they had tried. */
  #left: { readonly ranges: readonly OffsetRange[]; readonly mark: string } | undefined;
  /** By the ids of their rows, what the sink may remember: a partition each, or all of them. */
  readonly #rows = new Map<string, number | undefined>();
  readonly #isShared: boolean;
  #isDirty = false;

  /** `mark`: of the keys at hand. `isShared`: each partition is remembered by itself, for it may go to another member of a group. */
  constructor(topic: string, mark: string, isShared = false) {
    this.#topic = topic;
    this.#mark = mark;
    this.#isShared = isShared;
  }

  /** Takes what an earlier run, or another member of a group, remembered; false for what is an upload. */
  restore(one: UnfinishedUpload): boolean {
    if (one.uploader !== ownName) return false;
    if (one.topic !== this.#topic) return true;
    for (const [partition] of one.seen) this.#hasRow(partition);
    if (one.path === this.#mark) this.#ranges = this.#joined([...this.#ranges, ...one.seen]);
    else
      this.#left = {
        ranges: [...this.untried, ...one.seen],
        mark: (this.#left?.mark ?? one.path) === one.path ? one.path : 'several',
      };
    return true;
  }

  /** How many ranges stay shut with these keys, which were tried by earlier runs. */
  get known(): number {
    return this.#ranges.length;
  }

  /** What other keys left shut, and these have not tried. */
  get untried(): readonly OffsetRange[] {
    return this.#left?.ranges ?? [];
  }

  /** All of {@link untried} was read again, and what could be opened was received. */
  hasTried(): void {
    this.#left = undefined;
    this.#isDirty = true;
  }

  note(partition: number, offset: number): void {
    this.#isDirty = true;
    this.#hasRow(partition);
    const near = this.#ranges.findLastIndex(([where, first, last]) => {
      return where === partition && offset >= first - this.#near && offset <= last + this.#near;
    });
    if (near === -1) {
      this.#ranges.push([partition, offset, offset]);
      this.#ranges = this.#joined(this.#ranges);
      return;
    }
    const [where, first, last] = this.#ranges[near]!;
    this.#ranges[near] = [where, Math.min(first, offset), Math.max(last, offset)];
  }

  /** Others read these partitions now: what is shut there is theirs to remember. */
  leave(partitions: ReadonlySet<number>): void {
    const isOurs = ([partition]: OffsetRange): boolean => !partitions.has(partition);
    this.#ranges = this.#ranges.filter(isOurs);
    if (this.#left !== undefined) this.#left = { ...this.#left, ranges: this.#left.ranges.filter(isOurs) };
    for (const [id, partition] of this.#rows)
      if (partition !== undefined && partitions.has(partition)) this.#rows.delete(id);
  }

  /** What the sink is to remember, and of what it is to remember nothing any more; undefined where nothing has changed. */
  take(): { readonly rows: readonly UnfinishedUpload[]; readonly forget: readonly string[] } | undefined {
    if (!this.#isDirty) return undefined;
    this.#isDirty = false;
    const rows: UnfinishedUpload[] = [];
    const forget: string[] = [];
    for (const [id, partition] of this.#rows) {
      const row = this.#row(id, partition);
      if (row !== undefined) rows.push(row);
      else {
        forget.push(id);
        this.#rows.delete(id);
      }
    }
    return { rows, forget };
  }

  #row(upload: string, partition: number | undefined): UnfinishedUpload | undefined {
    const isOf = ([where]: OffsetRange): boolean => partition === undefined || where === partition;
    const [left, ranges] = [this.untried.filter(isOf), this.#ranges.filter(isOf)];
    const seen = this.#joined([...left, ...ranges]);
    if (seen.length === 0) return undefined;
    // What some keys have not tried, and what others have not, is for all to try.
    const mark = left.length === 0 ? this.#mark : (this.#left?.mark ?? this.#mark);
    const path = left.length > 0 && ranges.length > 0 ? 'several' : mark;
    const nothing = { size: 0, ranges: [], close: undefined };
    return { upload, uploader: ownName, path, topic: this.#topic, seen, ...nothing };
  }

  #hasRow(partition: number): void {
    const of = this.#isShared ? `${this.#topic} ${partition}` : this.#topic;
    const id = createHash('sha256').update(`locked ${of}`).digest('hex').slice(0, 32);
    this.#rows.set(id, this.#isShared ? partition : undefined);
  }

  /** Twice as near is near enough, until there are few. */
  #joined(ranges: readonly OffsetRange[]): OffsetRange[] {
    let joined = [...ranges];
    if (joined.length <= rangesLimit) return joined;
    while (joined.length > rangesLimit / 2 && this.#near <= Number.MAX_SAFE_INTEGER / 4) {
      this.#near *= 2;
      const sorted = joined.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
      joined = [];
      for (const range of sorted) {
        const before = joined.at(-1);
        if (before === undefined || before[0] !== range[0] || range[1] > before[2] + this.#near)
          joined.push(range);
        else joined[joined.length - 1] = [before[0], before[1], Math.max(before[2], range[2])];
      }
    }
    return joined;
  }
}

/** True for what is no upload. */
export function isLockedRow({ uploader }: Pick<UnfinishedUpload, 'uploader'>): boolean {
  return uploader === ownName;
}
