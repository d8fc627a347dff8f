/** Names that cannot be sent: each is told once, for as long as walks meet it, and settled when one of the whole source does not. */
export interface RefusedNamesOptions {
  /** One walk is all there is: nothing is settled then. */
  readonly once: boolean;
  readonly refuse: (path: string, reason: string) => void;
  readonly settled: (path: string) => void;
}

export class RefusedNames {
  readonly #options: RefusedNamesOptions;
  /** As the last walk of all met them, and as whatever walked since then does. */
  #before = new Set<string>();
  #now = new Set<string>();

  constructor(options: RefusedNamesOptions) {
    this.#options = options;
  }

  /** A walk meets it. */
  meet(path: string, reason: string): void {
    const isTold = this.#before.has(path) || this.#now.has(path);
    this.#now.add(path);
    if (!isTold) this.#options.refuse(path, reason);
  }

  /** The walk has gone through all. */
  walked(): void {
    if (!this.#options.once)
      for (const path of this.#before) if (!this.#now.has(path)) this.#options.settled(path);
    [this.#before, this.#now] = [this.#now, new Set()];
  }
}
