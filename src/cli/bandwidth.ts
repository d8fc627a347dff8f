/** `--bandwidth`: what a run may use now, by its timetable. */
import { clockOf } from '../files/shared/local-time.ts';
import { type Rates, ratesAt, type Timetable } from '../files/shared/timetable.ts';

interface Written {
  readonly bandwidth?: Timetable | undefined;
  readonly timeZone?: string | undefined;
}

/** Bytes a second in a direction, by settings that may change while it goes on; undefined: no limit. */
export function bandwidthOf(
  written: () => Written,
  direction: keyof Rates,
  now: () => number = Date.now,
): () => number | undefined {
  let zone: string | undefined;
  let clock = clockOf();
  return () => {
    const { bandwidth, timeZone } = written();
    if (bandwidth === undefined) return undefined;
    if (timeZone !== zone) clock = clockOf(timeZone);
    zone = timeZone;
    return ratesAt(bandwidth, clock(now()))[direction];
  };
}
