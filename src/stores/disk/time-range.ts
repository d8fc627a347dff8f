/** Which times a file system can keep: FAT begins at 1980 and counts two seconds, ext4 ends in 2446. */
import type { FileHandle } from 'node:fs/promises';

export interface TimeRange {
  /** Whole seconds since 1970, of the first and the last time that is kept; years 1 to 9999 are looked at. */
  readonly earliest: number;
  readonly latest: number;
  /** Nanoseconds between two times that are told apart; 1000, the finest that can be set, for all that are finer. */
  readonly granularity: number;
}

const firstYear = Date.parse('0001-01-01T00:00:00Z') / 1000;
const lastYear = Date.parse('9999-12-31T23:59:59Z') / 1000;
/** A time that everything can keep that keeps times at all: in 2023, an odd second, digits down to the microsecond. */
const ordinary = 1_700_000_001;
const fraction = 987_654_000;
const granularities = [1000, 1e6, 1e7, 1e8, 1e9, 2e9];

/** Of the file system of a file that may be spoiled. Undefined when times are accepted but not kept. */
export async function probeTimes(file: FileHandle): Promise<TimeRange | undefined> {
  const lost = ordinary * 1e9 + fraction - (await kept(file, `${ordinary}.${fraction / 1000}5`));
  const granularity = granularities.find((step) => Math.abs(lost) < step);
  if (granularity === undefined) return undefined;
  const near = Math.max(0.5, granularity / 1e9);
  const keeps = async (seconds: number) => {
    // Times are rounded down; what is more than it was has been moved to the first that is kept.
    const less = seconds - (await kept(file, String(seconds))) / 1e9;
    return less > -0.5 && less < near;
  };
  return {
    earliest: await bound(ordinary, firstYear, keeps),
    latest: await bound(ordinary, lastYear, keeps),
    granularity,
  };
}

/** The time, in nanoseconds, that is read after one was set; NaN when that one was refused. */
async function kept(file: FileHandle, seconds: string): Promise<number> {
  try {
    await file.utimes(seconds, seconds);
  } catch {
    return Number.NaN;
  }
  return Number((await file.stat({ bigint: true })).mtimeNs);
}

/** The farthest whole second on the way from one that is kept to `end` that is kept too. */
async function bound(
  start: number,
  end: number,
  keeps: (seconds: number) => Promise<boolean>,
): Promise<number> {
  if (await keeps(end)) return end;
  let [good, bad] = [start, end];
  while (Math.abs(bad - good) > 1) {
    const middle = Math.trunc((good + bad) / 2);
    if (await keeps(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
