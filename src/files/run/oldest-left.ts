/** How old the record is that is read next, where nothing of it has been read yet: found by asking where times stand. */

/** Questions at the most: to a thousandth of the span. */
const most = 10;

export interface OldestLeft {
  /** Milliseconds since the epoch: that of the oldest of them, or a little before. */
  readonly time: number;
  /** Partitions where a record as old as that is read next. */
  readonly partitions: readonly number[];
}

/**
 * Of the records at these places. `at`: partition -> the first offset whose record is no older than that time. None is older than `from` nor
 * younger than `to`, as far as it matters.
 */
export async function oldestLeft(
  places: ReadonlyMap<number, number>,
  { from, to }: { readonly from: number; readonly to: number },
  at: (time: number) => Promise<ReadonlyMap<number, number>>,
): Promise<OldestLeft> {
  let [low, high] = [from, to];
  let partitions: readonly number[] = [...places.keys()];
  for (let count = 0; count < most && high - low > 1; count++) {
    const time = Math.floor((low + high) / 2);
    const offsets = await at(time);
    const older = [...places].filter(([partition, place]) => (offsets.get(partition) ?? place) > place);
    if (older.length === 0) low = time;
    else [high, partitions] = [time, older.map(([partition]) => partition)];
  }
  return { time: low, partitions };
}
