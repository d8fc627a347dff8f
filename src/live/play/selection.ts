/**
 * Chooses one rendition of a stream: the one that was asked for, or the best. Which ones there are is told by the stream alone: their
 * inits come before the first part of each. Pure.
 */
import { ConfigurationError } from '../../errors.ts';
import type { InitRecord, LiveRecord } from '../../records/live-record.ts';

/** A record of the stream with its bytes, the receiver's own. */
export interface Received<Record extends LiveRecord = LiveRecord> {
  readonly record: Record;
  readonly bytes: Buffer;
  readonly offset: number;
  /** How often records of the stream were missing before it, of whatever rendition. */
  readonly holes: number;
}

/**
 * Renditions come from one encoder, their parts interleaved as they are made: when so many more parts of one are there, the first of every
 * other one is.
 */
const partsAhead = 3;

export class Selection {
  readonly #wanted: string | undefined;
  #epoch = -1;
  #chosen: string | undefined;
  /** Of the epoch in which a rendition is still to be chosen. */
  #held: Received[] = [];
  #firstOrdinal: number | undefined;

  /** `wanted`: a rendition's name; undefined: the one with the greatest bandwidth. */
  constructor(wanted: string | undefined) {
    this.#wanted = wanted;
  }

  /** The rendition of the newest epoch; undefined until it is known. */
  get chosen(): string | undefined {
    return this.#chosen;
  }

  /**
   * What of the chosen rendition is known to follow by this record: gaps and the end too. To be called with all records of the stream
   * that count, in their order. Throws ConfigurationError when the wanted rendition is not there.
   */
  push(received: Received): readonly Received[] {
    const { record } = received;
    const before = record.epoch === this.#epoch ? [] : this.#begin(record.epoch);
    if (this.#chosen !== undefined) return this.#isMine(record) ? [received] : [];
    if (record.kind === 'part') this.#firstOrdinal ??= record.ordinal;
    this.#held.push(received);
    const isLate = record.ordinal >= (this.#firstOrdinal ?? Number.POSITIVE_INFINITY) + partsAhead;
    const isWanted = record.kind === 'init' && record.rendition === this.#wanted;
    return isLate || isWanted || record.kind === 'end' ? [...before, ...this.#settle()] : before;
  }

  /** An epoch may have been too short for a choice: what there was is chosen from. */
  #begin(epoch: number): readonly Received[] {
    const rest = this.#chosen === undefined ? this.#settle() : [];
    this.#epoch = epoch;
    this.#chosen = undefined;
    this.#firstOrdinal = undefined;
    return rest;
  }

  #settle(): readonly Received[] {
    const inits = this.#held.flatMap(({ record }) => (record.kind === 'init' ? [record] : []));
    if (inits.length > 0) this.#chosen = choose(inits, this.#wanted);
    const mine = this.#held.filter(({ record }) => this.#isMine(record));
    this.#held = [];
    return mine;
  }

  #isMine(record: LiveRecord): boolean {
    return record.kind === 'gap' || record.kind === 'end' || record.rendition === this.#chosen;
  }
}

function choose(inits: readonly InitRecord[], wanted: string | undefined): string {
  const [first] = inits;
  if (wanted === undefined) {
    return inits.reduce((one, other) => (other.facts.bandwidth > one.facts.bandwidth ? other : one))
      .rendition;
  }
  if (inits.some(({ rendition }) => rendition === wanted)) return wanted;
  const names = [...new Set(inits.map(({ rendition }) => rendition))].sort().join(', ');
  throw new ConfigurationError(
    `stream "${first?.stream}" has no rendition "${wanted}" now; it has: ${names}`,
  );
}
