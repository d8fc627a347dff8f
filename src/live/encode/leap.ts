/**
 * Notices that the times of a live input have leapt ahead: senders restart their clocks, and some cameras send pictures that are dated hours
 * from their neighbours. FFmpeg fills such a hole with as many pictures, as fast as it can: an hour of them in some minutes, and a stream whose
 * dates lie in the future from then on. What is live cannot be ahead of the clock. Pure: times come in.
 */

/** Milliseconds: what a server may hand on at once, for it kept its last keyframe for whoever comes. */
const most = 10_000;
/** A sender's clock may run faster than ours by this much. */
const drift = 0.01;

export class LeapWatch {
  /** When media time 0 was, by the steady clock; it follows what is earlier at the pace of {@link drift}. */
  #origin: number | undefined;
  #at = 0;
  readonly #since: number;

  /** `since`: when the input began, where that is known, by the steady clock: an encoder that has begun late may catch up. */
  constructor(since = Number.POSITIVE_INFINITY) {
    this.#since = since;
  }

  /** Media up to `end`, `lasting` so long, had come at `now`; milliseconds. True: it is further than time has gone. */
  hasLeapt(end: number, now: number, lasting = 0): boolean {
    const origin = now - end;
    const before = this.#origin ?? Math.min(origin, this.#since - (end - lasting));
    const followed = before - (this.#origin === undefined ? 0 : (now - this.#at) * drift);
    this.#origin = Math.max(Math.min(before, origin), followed);
    this.#at = now;
    return this.#origin - origin > most;
  }
}
