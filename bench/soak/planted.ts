/** Series as a process makes them, with leaks that were planted: for tests of those who have to find them. */
import type { Sample } from './slope.ts';

/** Noise that is the same each time, from -0.5 to 0.5: a linear congruential generator. */
export function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state / 2 ** 31 - 0.5;
  };
}

export interface Plan {
  readonly seed?: number;
  /** Samples, and seconds between them. */
  readonly count?: number;
  readonly every?: number;
  readonly base?: number;
  /** How far single samples lie apart. */
  readonly spread?: number;
  /** Units that are lost in an hour, evenly. */
  readonly leakPerHour?: number;
  /** Units that are lost at once, so many seconds apart. */
  readonly lostAt?: { readonly every: number; readonly units: number };
  /** A tooth of this height, e.g. of a heap that is collected every ten minutes. */
  readonly saw?: number;
  /** Grows at first, until caches are full: units, within the first quarter. */
  readonly warmUp?: number;
}

export function planted(plan: Plan): Sample[] {
  const { seed = 1, count = 720, every = 5, base = 100, spread = 0, leakPerHour = 0 } = plan;
  const { lostAt, saw = 0, warmUp = 0 } = plan;
  const random = noise(seed);
  return Array.from({ length: count }, (_, index) => {
    const at = index * every;
    const lost = lostAt === undefined ? 0 : Math.floor(at / lostAt.every) * lostAt.units;
    const tooth = ((at % 600) / 600) * saw;
    const warm = Math.min(1, at / ((count * every) / 4)) * warmUp;
    return { at, value: base + warm + tooth + lost + (leakPerHour * at) / 3600 + spread * random() };
  });
}
