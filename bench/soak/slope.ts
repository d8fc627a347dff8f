/** Whether a series grows: a straight line through it, and how sure one can be of its slope. Pure. */

export interface Sample {
  /** Seconds since the beginning. */
  readonly at: number;
  readonly value: number;
}

export interface Trend {
  /** Units an hour. */
  readonly perHour: number;
  /** Twice the standard error of that: growth below it cannot be told from noise. */
  readonly noisePerHour: number;
  readonly mean: number;
}

/**
 * The line of least squares. Neighbouring samples of a process's memory are alike, so that the error is taken from means of
 * `blocks` blocks, not from the samples themselves.
 */
export function trendOf(samples: readonly Sample[], blocks = 20): Trend {
  const size = Math.max(1, Math.floor(samples.length / blocks));
  const means = Array.from({ length: Math.floor(samples.length / size) }, (_, block) => {
    const part = samples.slice(block * size, (block + 1) * size);
    return { at: mean(part.map(({ at }) => at)), value: mean(part.map(({ value }) => value)) };
  });
  const at = mean(means.map((point) => point.at));
  const value = mean(means.map((point) => point.value));
  const spread = sum(means.map((point) => (point.at - at) ** 2));
  const slope = sum(means.map((point) => (point.at - at) * (point.value - value))) / spread;
  const rest = sum(means.map((point) => (point.value - value - slope * (point.at - at)) ** 2));
  const error = Math.sqrt(rest / Math.max(1, means.length - 2) / spread);
  return { perHour: slope * 3600, noisePerHour: 2 * error * 3600, mean: value };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
