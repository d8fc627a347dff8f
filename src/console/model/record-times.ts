/** When records were written that groups wait for since before anybody looked, as far as they were read. Pure. */

/** Where a group stands: what it has not got yet begins there. */
export interface Standing {
  readonly group: string;
  readonly partition: number;
  readonly offset: number;
}

/** A record that is to be read, and who stands there. */
export interface WantedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly groups: string[];
}

interface Known {
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export class RecordTimes {
  /** Group -> partition -> where it stood when that was read last. */
  #known: ReadonlyMap<string, Map<number, Known>> = new Map();

  note({ groups, partition, offset }: WantedRecord, time: number): void {
    for (const group of groups) this.#known.get(group)?.set(partition, { offset, time });
  }

  /** When what a group waits for was written, or what it has passed since that was read: it is no older. */
  notBefore({ group, partition, offset }: Standing): number | undefined {
    const known = this.#known.get(group)?.get(partition);
    return known !== undefined && known.offset <= offset ? known.time : undefined;
  }

  /**
   * So many that are to be read: those first of which nothing is known, then those of who has gone on the most since then. `standings` are all that
   * there are: what was known of others is forgotten.
   */
  wanted(standings: readonly Standing[], most: number): readonly WantedRecord[] {
    const known = new Map<string, Map<number, Known>>();
    const unread = new Map<string, WantedRecord & { behind: number }>();
    for (const { group, partition, offset } of standings) {
      const own = known.get(group) ?? new Map<number, Known>();
      known.set(group, own);
      const before = this.#known.get(group)?.get(partition);
      const isOf = before !== undefined && before.offset <= offset;
      if (isOf) own.set(partition, before);
      const behind = isOf ? offset - before.offset : Number.POSITIVE_INFINITY;
      if (behind === 0) continue;
      const place = `${partition}/${offset}`;
      const record = unread.get(place) ?? { partition, offset, groups: [], behind };
      record.groups.push(group);
      record.behind = Math.max(record.behind, behind);
      unread.set(place, record);
    }
    this.#known = known;
    const sorted = [...unread.values()].sort((a, b) => (a.behind === b.behind ? 0 : b.behind - a.behind));
    return sorted.slice(0, most).map(({ partition, offset, groups }) => ({ partition, offset, groups }));
  }

  clear(): void {
    this.#known = new Map();
  }
}
