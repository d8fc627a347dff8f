/** One partition as consumers meet it: batches, what retention and compaction took, and the epochs of its leaders (KIP-101, KIP-320). */
import { batchBytes, type KeptBatch, type KeptRecord } from './batch-bytes.ts';
import type { AskedPartition, FetchAnswer } from './fetch-wire.ts';

/** What may be written at once. */
export type Written = 'plain' | 'aborted';

const offsetOutOfRange = 1;
const notLeader = 6;
const fencedEpoch = 74;
const unknownEpoch = 75;

export class KeptLog {
  leader: number;
  start = 0;
  batches: KeptBatch[] = [];
  /** Records that retention has taken, and those that compaction has. */
  readonly expired: KeptRecord[] = [];
  compacted: KeptRecord[] = [];
  /** How often it was cut. */
  cuts = 0;
  #end = 0;
  /** Where each leader's epoch begins. */
  #epochs: { epoch: number; start: number }[] = [{ epoch: 0, start: 0 }];

  constructor(leader: number) {
    this.leader = leader;
  }

  get end(): number {
    return this.#end;
  }

  get epoch(): number {
    return this.#epochs.at(-1)!.epoch;
  }

  standing(): readonly KeptRecord[] {
    return this.batches.flatMap(({ records, kind }) => (kind === 'marker' ? [] : records));
  }

  write(keys: readonly string[], how: Written): void {
    this.#keep(keys, how === 'plain' ? 'plain' : 'transaction');
    if (how === 'aborted') this.#keep(['\0\0\0\0'], 'marker');
  }

  /** Another broker leads, which has no more than what stands before `to`. */
  elect(leader: number, to = this.#end): void {
    const epoch = this.epoch + 1;
    if (to < this.#end) this.#cut(Math.max(to, this.start));
    this.leader = leader;
    this.#epochs.push({ epoch, start: this.#end });
  }

  /** Retention: whole batches before `to` go. */
  expire(to: number): void {
    for (let [oldest] = this.batches; oldest !== undefined && oldest.next <= to; [oldest] = this.batches) {
      if (oldest.kind !== 'marker') this.expired.push(...oldest.records);
      this.start = oldest.next;
      this.batches.shift();
    }
    const newest = this.#epochs.findLast(({ start }) => start <= this.start);
    this.#epochs = this.#epochs.filter((one) => one === newest || one.start > this.start);
    if (newest !== undefined) newest.start = Math.max(newest.start, this.start);
  }

  /** Compaction: of all batches but the last, records whose turn it is; batches that are left with none may go with them. */
  compact(every: number, keepsEmpty: boolean): void {
    const last = this.batches.at(-1);
    this.batches = this.batches.flatMap((batch) => {
      if (batch === last || batch.kind === 'marker') return [batch];
      const records = batch.records.filter(({ offset }) => offset % every !== 0);
      this.compacted.push(...batch.records.filter(({ offset }) => offset % every === 0));
      return records.length > 0 || keepsEmpty ? [{ ...batch, records }] : [];
    });
  }

  /** What the broker `to` answers; so many batches at most. */
  answer(asked: AskedPartition, to: number, most: number): FetchAnswer {
    const { partition, offset, leaderEpoch, lastFetchedEpoch } = asked;
    const place = { partition, end: this.#end, start: this.start, records: Buffer.alloc(0) };
    const refused = (code: number): FetchAnswer => ({ ...place, code });
    if (this.leader !== to) return refused(notLeader);
    if (leaderEpoch >= 0 && leaderEpoch < this.epoch) return refused(fencedEpoch);
    if (leaderEpoch > this.epoch) return refused(unknownEpoch);
    if (lastFetchedEpoch >= 0) {
      const known = this.#endOf(lastFetchedEpoch);
      if (known === undefined) return refused(offsetOutOfRange);
      if (known.epoch < lastFetchedEpoch || known.end < offset)
        return { ...place, code: 0, divergence: known };
    }
    if (offset < this.start || offset > this.#end) return refused(offsetOutOfRange);
    const batches = this.batches.filter(({ next }) => next > offset).slice(0, most);
    return { ...place, code: 0, records: Buffer.concat(batches.map(batchBytes)) };
  }

  /** The newest epoch that is not newer than this one, and where it ends. */
  #endOf(wanted: number): { readonly epoch: number; readonly end: number } | undefined {
    if (wanted === this.epoch) return { epoch: wanted, end: this.#end };
    const later = this.#epochs.find(({ epoch }) => epoch > wanted);
    if (later === undefined) return undefined;
    const newest = this.#epochs.findLast(({ epoch }) => epoch <= wanted);
    return { epoch: newest?.epoch ?? wanted, end: later.start };
  }

  #keep(keys: readonly string[], kind: KeptBatch['kind']): void {
    const offset = this.#end;
    this.#end += keys.length;
    const records = keys.map((key, index) => ({ offset: offset + index, key }));
    this.batches.push({ offset, next: this.#end, epoch: this.epoch, records, kind });
  }

  #cut(to: number): void {
    this.cuts += 1;
    // A batch that lies over the cut goes as a whole.
    while ((this.batches.at(-1)?.next ?? 0) > to) this.batches.pop();
    this.#end = Math.max(this.start, this.batches.at(-1)?.next ?? 0);
    this.#epochs = this.#epochs.filter(({ start }, index) => index === 0 || start < this.#end);
    this.compacted = this.compacted.filter(({ offset }) => offset < this.#end);
  }
}
