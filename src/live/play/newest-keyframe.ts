/** Whoever joins a stream wants what is newest: of all that stands there when he comes, only what follows the last keyframe. Pure. */
import type { Received } from './selection.ts';

/** For records of one rendition. */
export class NewestKeyframe {
  /** Keyframes within segments do not count. */
  readonly #atSegments: boolean;
  #init: Received | undefined;
  #held: Received[] = [];
  #isOpen = false;

  constructor(atSegments: boolean) {
    this.#atSegments = atSegments;
  }

  push(received: Received): readonly Received[] {
    if (this.#isOpen) return [received];
    const { record } = received;
    if (record.kind === 'init') {
      // What is left of a lower epoch cannot be decoded by it.
      if (record.epoch !== this.#init?.record.epoch) this.#held = [];
      this.#init = received;
    } else {
      const begins = record.kind === 'part' && record.keyframe && (record.part === 0 || !this.#atSegments);
      if (begins) this.#held = [];
      this.#held.push(received);
    }
    return [];
  }

  /** All that stood there has been pushed. What is to be played of it; from now on everything passes. */
  open(): readonly Received[] {
    if (this.#isOpen) return [];
    this.#isOpen = true;
    const all = this.#init === undefined ? this.#held : [this.#init, ...this.#held];
    this.#held = [];
    return all;
  }
}
