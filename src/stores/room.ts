/** So many bytes of memory, which several share. Pure. */
export class Room {
  readonly #limit: number;
  #taken = 0;
  #isFreed = Promise.withResolvers<void>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when there is no room for so many more. Where nobody has taken any, there is room for anything. */
  take(bytes: number): boolean {
    if (this.#taken > 0 && this.#taken + bytes > this.#limit) return false;
    this.#taken += bytes;
    return true;
  }

  give(bytes: number): void {
    if (bytes === 0) return;
    this.#taken -= bytes;
    this.#isFreed.resolve();
    this.#isFreed = Promise.withResolvers();
  }

  /** Settles when some is given back. */
  get freed(): Promise<void> {
    return this.#isFreed.promise;
  }
}
