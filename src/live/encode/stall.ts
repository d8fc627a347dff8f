/** Notices that an encoder runs and gives nothing. Pure: times come in. */

export class StallWatch {
  readonly #limit: number;
  #heard: number | undefined;

  /** Milliseconds of silence that are too many. `since`: when silence begins to count; undefined: with the first bytes. */
  constructor(limit: number, since?: number) {
    this.#limit = limit;
    this.#heard = since;
  }

  /** From now on silence counts, if it did not yet. */
  begin(now: number): void {
    this.#heard ??= now;
  }

  /** Bytes came, or nobody wanted any. */
  heard(now: number): void {
    this.#heard = now;
  }

  stalled(now: number): boolean {
    return this.#heard !== undefined && now - this.#heard >= this.#limit;
  }
}
