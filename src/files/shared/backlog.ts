/** Files that were found and are not through: how many, how large, and since when. Pure but for the time. */

export class Backlog {
  /** Path -> its bytes, and since when it is known, milliseconds since the epoch; the first one is the oldest. */
  readonly #files = new Map<string, { bytes: number; readonly since: number }>();
  #bytes = 0;
  /** Whoever finds files waits for those that were found: there may be more. */
  isHeldUp = false;

  /** A file was found, or looked at again: it counts since it was found first, with the bytes that it has now. */
  found(path: string, bytes: number): void {
    const known = this.#files.get(path);
    this.#bytes += bytes - (known?.bytes ?? 0);
    if (known === undefined) this.#files.set(path, { bytes, since: Date.now() });
    else known.bytes = bytes;
  }

  /** It is through, given up, or gone. */
  settled(path: string): void {
    const known = this.#files.get(path);
    if (known === undefined) return;
    this.#bytes -= known.bytes;
    this.#files.delete(path);
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  get files(): number {
    return this.#files.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Since when the oldest is known; undefined: there is none. */
  get oldest(): number | undefined {
    return this.#files.values().next().value?.since;
  }
}
