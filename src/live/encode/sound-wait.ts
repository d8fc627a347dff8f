/** How long pictures wait for their sound. Pure: times come in. */

/** Milliseconds: what is granted, and what it may grow to where sound is known to come later than that. */
const usual = 1000;
const most = 4000;
/** Beyond what was late, so that a little more does not begin it all again. */
const margin = 250;
/** Seconds of media, where no clock tells: files whose sound stands this far behind its picture are odd enough. */
const farthest = 10;

export class SoundWait {
  readonly #unpaced: boolean;
  #limit = usual;
  #isMissing = false;
  #wasTold = false;
  /** Seconds of media: the newest picture. */
  #newest = 0;

  constructor(unpaced: boolean) {
    this.#unpaced = unpaced;
  }

  /** Nobody waits for the sound: it has been given up, until it comes again. */
  get isMissing(): boolean {
    return this.#isMissing;
  }

  /** A picture of this time has come; seconds of media. */
  reached(seconds: number): void {
    this.#newest = Math.max(this.#newest, seconds);
  }

  /** True: a picture that has waited for so many milliseconds, and ends at this second of media (its beginning: undefined), goes without sound. */
  isOver(waited: number, end = 0): boolean {
    return this.#unpaced ? this.#newest - end > farthest : waited >= this.#limit;
  }

  /** The sound is given up. Returns how long it was waited for, in words. */
  giveUp(): string {
    this.#isMissing = true;
    this.#wasTold = true;
    return this.#unpaced ? `${farthest} s of its picture` : `${this.#limit / 1000} s`;
  }

  /** Sound came, late by so many seconds; 0: in time. True where it had been given up. */
  heard(late: number): boolean {
    this.#limit = Math.max(this.#limit, Math.min(most, Math.ceil(late * 1000) + margin));
    const was = this.#isMissing && this.#wasTold;
    this.#isMissing = false;
    return was;
  }
}
