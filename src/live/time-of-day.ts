/** The time of day, finer than a millisecond: when pictures were taken, and what viewers are kept in step by. */

/** What the steady clock lacks to the time of day: computers' clocks are set right while they run. */
let correction = 0;

/** Milliseconds since the epoch of Unix, with fractions. */
export function timeOfDay(): number {
  const steady = performance.timeOrigin + performance.now();
  const wall = Date.now();
  // The wall's clock has whole milliseconds, cut off: half of one is the best guess at the rest.
  if (Math.abs(steady + correction - wall - 0.5) > 1.5) correction = wall + 0.5 - steady;
  return steady + correction;
}
