/** What the series of a soak say: flat, or growing by more than chance. Pure. */
import type { Sample } from './slope.ts';
import { trendOf } from './slope.ts';

/** Something that must not grow. */
export interface Series {
  /** Whose it is, e.g. `uploader`. */
  readonly of: string;
  /** E.g. `resident`. */
  readonly figure: string;
  readonly unit: 'MB' | '';
  readonly samples: readonly Sample[];
}

export interface Verdict {
  readonly of: string;
  readonly figure: string;
  readonly unit: Series['unit'];
  readonly first: number;
  readonly last: number;
  readonly mean: number;
  readonly most: number;
  /** Units an hour, and what chance alone makes of it. */
  readonly perHour: number;
  readonly noisePerHour: number;
  readonly isFlat: boolean;
}

/** What comes before is warming up: caches and windows fill, code is compiled. */
export const warmUpShare = 1 / 3;
/**
 * Of some thirty series one exceeds twice its standard error by chance at every run; thrice, one run in thirty does that.
 */
const sureness = 1.5;
/** Growth of less than this share of the mean, an hour, is nobody's concern: it would double in four days. */
const negligible = 0.01;

/** The last two thirds count; only growth is a fault. */
export function judge({ of, figure, unit, samples }: Series): Verdict {
  const end = samples.at(-1)?.at ?? 0;
  const settled = samples.filter(({ at }) => at >= end * warmUpShare);
  const { perHour, noisePerHour, mean } = trendOf(settled);
  const noise = noisePerHour * sureness;
  return {
    of,
    figure,
    unit,
    first: settled[0]?.value ?? Number.NaN,
    last: settled.at(-1)?.value ?? Number.NaN,
    mean,
    most: Math.max(...samples.map(({ value }) => value)),
    perHour,
    noisePerHour: noise,
    isFlat: settled.length >= fewest && perHour <= Math.max(noise, mean * negligible),
  };
}

/** A line through fewer says nothing: what was not looked at has not been found flat. */
const fewest = 6;
