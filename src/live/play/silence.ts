/** Notices that nothing comes any more, for as long as somebody waits for it. */
export class Silence {
  readonly #timer: NodeJS.Timeout;
  #heard = performance.now();
  #isPaused = false;
  #isTold = false;
  readonly #onChange: (isSilent: boolean) => void;

  /** `limit`: milliseconds. */
  constructor(limit: number, onChange: (isSilent: boolean) => void) {
    this.#onChange = onChange;
    this.#timer = setInterval(() => {
      if (this.#isPaused || this.#isTold || performance.now() - this.#heard < limit) return;
      this.#isTold = true;
      onChange(true);
    }, limit / 10).unref();
  }

  /** Something has come. */
  heard(): void {
    this.#heard = performance.now();
    if (this.#isTold) this.#onChange(false);
    this.#isTold = false;
  }

  /** Nobody waits: what was there is being used. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#heard = performance.now();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
