/** Moments by the steady clock and by the wall's: the steady one may stand still while a machine sleeps, the other one be set. */
export interface Moment {
  readonly steady: number;
  readonly wall: number;
}

export function present(): Moment {
  return { steady: performance.now(), wall: Date.now() };
}

/** Milliseconds, by the clock that says more. */
export function passedSince({ steady, wall }: Moment): number {
  return Math.max(performance.now() - steady, Date.now() - wall);
}
