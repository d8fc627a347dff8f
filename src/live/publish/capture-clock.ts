/**
 * When pictures were taken, as well as a publisher can know: the wall clock tied to the media's own time at an anchor. Pure.
 *
 * Between anchors times advance by media time alone, so that they neither jitter with the network nor run away from a file
 * that is read faster than it lasts. Milliseconds everywhere.
 */

/** A chunk as the clock sees it: its media time, how long it lasts, when it was read. */
export interface Sighting {
  readonly time: number;
  readonly duration: number;
  readonly readAt: number;
}

/** For so long the smallest delay is looked for: jitter comes and goes within it. */
const window = 10_000;
/**
 * A change of the smallest delay that is none of jitter's, nor of an encoder's, which holds back pictures by number and so is later
 * where they are fewer. Players that place segments by their dates lose the last part of each segment when one comes earlier than the
 * one before it lasts: nothing less is worth it.
 */
const threshold = 200;

export class CaptureClock {
  /** Wall time of the media time 0. */
  #anchor: number | undefined;
  /** Where the wall time of media time 0 would be by each sighting; of the last {@link window}. */
  readonly #seen: { readonly at: number; readonly origin: number }[] = [];
  #since = 0;

  /** To be called for every chunk of one rendition, in order. */
  observe({ time, duration, readAt }: Sighting): void {
    const origin = readAt - duration - time;
    if (this.#anchor === undefined) {
      this.#anchor = origin;
      this.#since = readAt;
    }
    // Where the clock was set back, what was seen lies ahead of it, and would for as long.
    while ((this.#seen.at(-1)?.at ?? readAt) > readAt) this.#seen.pop();
    this.#since = Math.min(this.#since, readAt);
    this.#seen.push({ at: readAt, origin });
    while (this.#seen.length > 1 && (this.#seen[0]?.at ?? readAt) < readAt - window) this.#seen.shift();
  }

  /**
   * To be called where a segment begins, and nowhere else: players take one date a segment. `step`: how far, at most, time may be
   * taken back here; it keeps dates growing from part to part.
   */
  startSegment(step: number): void {
    const now = this.#seen.at(-1)?.at;
    if (this.#anchor === undefined || now === undefined) return;
    const smallest = Math.min(...this.#seen.map(({ origin }) => origin));
    const moved = smallest - this.#anchor;
    if (moved > threshold) this.#anchor = smallest;
    // Earlier than was thought: the first chunks came late. A file read ahead of its time looks so too, but gets ever earlier.
    else if (moved < -threshold && this.#settled(now)) this.#anchor -= Math.min(-moved, step);
  }

  /** Wall time of a media time: milliseconds since the epoch of Unix. */
  at(time: number): number {
    if (this.#anchor === undefined) throw new Error('nothing has been seen yet');
    return this.#anchor + time;
  }

  /** The smallest delay was the same in both halves of what was seen. */
  #settled(now: number): boolean {
    const half = now - Math.min(window, now - this.#since) / 2;
    const early = Math.min(...this.#seen.filter(({ at }) => at < half).map(({ origin }) => origin));
    const late = Math.min(...this.#seen.filter(({ at }) => at >= half).map(({ origin }) => origin));
    return Math.abs(early - late) < threshold / 2;
  }
}
