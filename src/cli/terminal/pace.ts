/** How fast it goes and how long it will take. Pure: the clock is handed in. */

/** Bytes done at a moment (milliseconds on any steady clock). */
export interface Sample {
  readonly at: number;
  readonly bytes: number;
}

/** Samples of the last few seconds, oldest first. */
export type Pace = readonly Sample[];

/** The span over which the rate is taken: long enough to be calm, short enough to notice a stall. */
const span = 8000;

/** The pace with one more sample; samples older than the span go, but for one to measure from. */
export function addSample(pace: Pace, sample: Sample): Pace {
  const base = pace.findLastIndex(({ at }) => at <= sample.at - span);
  return [...pace.slice(Math.max(0, base)), sample];
}

/** Bytes per second up to `now`; undefined as long as nothing can be said. Falls to 0 while nothing arrives. */
export function rateOf(pace: Pace, now: number): number | undefined {
  const last = pace.at(-1);
  const from = pace.findLast(({ at }) => at <= now - span) ?? pace[0];
  if (last === undefined || from === undefined) return undefined;
  const seconds = (Math.max(now, last.at) - from.at) / 1000;
  return seconds < 0.5 ? undefined : Math.max(0, (last.bytes - from.bytes) / seconds);
}

/** Seconds until `bytes` more are done; undefined as long as nobody can say. */
export function secondsLeft(bytes: number, bytesPerSecond: number | undefined): number | undefined {
  if (bytes <= 0) return 0;
  return bytesPerSecond === undefined || bytesPerSecond < 1 ? undefined : bytes / bytesPerSecond;
}
