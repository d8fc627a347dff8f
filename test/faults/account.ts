/** PURE. The account of numbered records: what was acknowledged, against what stands on the topic and what was read. */

/** A record that the producer has resolved. */
export interface Acknowledged {
  readonly partition: number;
  /** -1 when the broker did not say where. */
  readonly offset: number;
  readonly number: number;
}

/** A record as an independent reader finds it. */
export interface Standing {
  readonly partition: number;
  readonly offset: number;
  readonly number: number;
  /** Bytes of its value. */
  readonly size: number;
}

/** What became of the records. All but `acknowledged` are offences. */
export interface Account {
  readonly acknowledged: number;
  /** Acknowledged and not on the topic. */
  readonly lost: number;
  /** Standing on the topic more than once. */
  readonly twice: number;
  /** Standing behind a higher number of their partition. */
  readonly outOfOrder: number;
  /**
   * Not what the producer was told: other bytes or another record at the offset, another partition, or on the topic without
   * having been acknowledged.
   */
  readonly misplaced: number;
  /** Read by our own consumer not exactly once, in the order of the topic. */
  readonly misread: number;
}

export interface Evidence {
  /** In the order of partition and offset. */
  readonly standing: readonly Standing[];
  readonly acknowledged: readonly Acknowledged[];
  /** Partition -> numbers as our own consumer read them. */
  readonly read: ReadonlyMap<number, readonly number[]>;
  /** Bytes of a record's value by its number. */
  readonly sizeOf: (number: number) => number;
}

/** Adds it up. */
export function settle({ standing, acknowledged, read, sizeOf }: Evidence): Account {
  const promised = new Map(acknowledged.map((one) => [one.number, one]));
  const seen = new Set<number>();
  const highest = new Map<number, number>();
  let twice = 0;
  let outOfOrder = 0;
  let misplaced = 0;
  for (const record of standing) {
    const { partition, number } = record;
    if (seen.has(number)) twice += 1;
    else if (!isAsPromised(record, promised.get(number), sizeOf)) misplaced += 1;
    seen.add(number);
    const before = highest.get(partition) ?? 0;
    if (number < before) outOfOrder += 1;
    highest.set(partition, Math.max(number, before));
  }
  const lost = acknowledged.filter(({ number }) => !seen.has(number)).length;
  return {
    acknowledged: acknowledged.length,
    lost,
    twice,
    outOfOrder,
    misplaced,
    misread: misreadOf(standing, read),
  };
}

/** True when nothing is wrong. */
export function isSound({ lost, twice, outOfOrder, misplaced, misread }: Account): boolean {
  return lost + twice + outOfOrder + misplaced + misread === 0;
}

function isAsPromised(
  { partition, offset, number, size }: Standing,
  promise: Acknowledged | undefined,
  sizeOf: Evidence['sizeOf'],
): boolean {
  if (promise === undefined || promise.partition !== partition || size !== sizeOf(number)) return false;
  return promise.offset === offset || promise.offset === -1;
}

function misreadOf(standing: readonly Standing[], read: Evidence['read']): number {
  const byPartition = Map.groupBy(standing, ({ partition }) => partition);
  let misread = 0;
  for (const partition of new Set([...byPartition.keys(), ...read.keys()])) {
    const there = byPartition.get(partition) ?? [];
    const mine = read.get(partition) ?? [];
    misread += Math.max(0, mine.length - there.length);
    misread += there.filter(({ number }, index) => mine[index] !== number).length;
  }
  return misread;
}
