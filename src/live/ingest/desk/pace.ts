/** Whether what a sender's encoder gives comes when it is due, by the time that it has for its best. Pure: times come in, milliseconds by the steady clock. */

/** For so long the smallest delay is looked for: a sender's clock is not ours. */
const window = 10_000;
/** What an encoder may take for its first chunk. */
const firstAfter = 3000;

export interface PaceOptions {
  /** How long a chunk lasts at the most. */
  readonly chunk: number;
  /** Overdue by so much, it is not well. */
  readonly most: number;
  readonly began: number;
}

export class Pace {
  readonly #options: PaceOptions;
  /** Where media time 0 was by each chunk of the last {@link window}, but for those that a later one undercut. */
  #origins: { readonly at: number; readonly origin: number }[] = [];
  #end: number | undefined;
  #wellSince: number;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#wellSince = options.began;
  }

  /** A chunk has come, up to the media time `end`. */
  push(end: number, now: number): void {
    if (this.overdue(now) > this.#options.most || this.#end === undefined) this.#wellSince = now;
    const origin = now - end;
    this.#end = end;
    this.#origins = this.#origins.filter((each) => each.at >= now - window && each.origin < origin);
    this.#origins.push({ at: now, origin });
  }

  /** By how much the next chunk is late; below 0: it is not due yet. */
  overdue(now: number): number {
    const { began, chunk } = this.#options;
    const least = this.#origins[0]?.origin;
    if (this.#end === undefined || least === undefined) return now - began - firstAfter;
    return now - this.#end - least - chunk;
  }

  /** For how long all has come in time; 0: it does not. */
  wellFor(now: number): number {
    const isWell = this.#end !== undefined && this.overdue(now) <= this.#options.most;
    return isWell ? now - this.#wellSince : 0;
  }
}

/** What must have come in time for so long may take over from one that has not ended. */
const steady = 1000;

/**
 * The one on the air is later than the other by `after` at least: what holds up both (this machine) is no reason to change them. And the other has been well for a while:
 * who has just stepped back is not taken again at once.
 */
export function isToBeFollowed(onAir: Pace, standBy: Pace, after: number, now: number): boolean {
  const late = onAir.overdue(now) - Math.max(0, standBy.overdue(now));
  return late >= after && standBy.wellFor(now) >= steady;
}
