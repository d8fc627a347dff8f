/** Whether a segment can wait for the keyframe after this one: by what is known of keyframes. Pure. */

/** Seconds. */
export interface RhythmOptions {
  /** What a segment is to last, and what it may last at most. */
  readonly target: number;
  readonly longest: number;
  /** Keyframes that are apart by less than this more or less come regularly. */
  readonly tolerance: number;
  /** They come as another encoder likes (a copied picture): also earlier, where the scene changes. */
  readonly foreign: boolean;
}

export class KeyframeRhythm {
  readonly #options: RhythmOptions;
  #last: number | undefined;
  #interval = 0;
  #intervals = 0;
  #shortest = Number.POSITIVE_INFINITY;
  #furthest = 0;

  constructor(options: RhythmOptions) {
    this.#options = options;
  }

  /** A keyframe, at seconds of media time. */
  seen(time: number): void {
    if (this.#last !== undefined) {
      this.#interval = time - this.#last;
      this.#intervals += 1;
      this.#shortest = Math.min(this.#shortest, this.#interval);
      this.#furthest = Math.max(this.#furthest, this.#interval);
    }
    this.#last = time;
  }

  /** True when a segment that began so many seconds before the keyframe seen last will not be too long at the next one. */
  canWait(elapsed: number, tolerance: number): boolean {
    const { target, longest, foreign } = this.#options;
    if (foreign && !this.#isRegular()) return elapsed + target < longest;
    return elapsed + this.#interval <= target + tolerance;
  }

  #isRegular(): boolean {
    return this.#intervals >= 2 && this.#furthest - this.#shortest < this.#options.tolerance;
  }
}
