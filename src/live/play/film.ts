/** Joins runs of a stream to one film, as long as they can be decoded alike. Pure. */
import { requiredBox } from '../mp4/box.ts';
import { readMovie } from '../mp4/movie.ts';
import { sameInit } from '../mp4/same-init.ts';
import { Timeline } from './timeline.ts';

export class Film {
  #init: Buffer;
  readonly timeline: Timeline;

  /** `init`: `ftyp` and `moov`. Throws FormatError. */
  constructor(init: Buffer) {
    this.#init = init;
    this.timeline = new Timeline(readMovie(requiredBox(init, 'moov')));
  }

  /** Whether a run with this init can be decoded with that of the film. Throws FormatError. */
  suits(init: Buffer): boolean {
    return sameInit(this.#init, init);
  }

  /** A run with another init follows. Throws FormatError. */
  change(init: Buffer): void {
    this.timeline.change(readMovie(requiredBox(init, 'moov')));
    this.#init = init;
  }
}
