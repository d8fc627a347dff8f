/** From a socket that pushes to an encoder that reads: whoever pushes waits while too much is there. */

export class MediaPipe implements AsyncIterable<Buffer> {
  readonly #limit: number;
  #slices: Buffer[] = [];
  #bytes = 0;
  #end: { readonly error?: Error } | undefined;
  #isAbandoned = false;
  #wake = Promise.withResolvers<void>();

  /** Bytes that may wait. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Undefined: more may come at once. Otherwise resolves when it may. What nobody reads any more is dropped. */
  push(slice: Buffer): Promise<void> | undefined {
    if (this.#isAbandoned || this.#end !== undefined) return undefined;
    this.#slices.push(slice);
    this.#bytes += slice.length;
    this.#change();
    return this.#bytes > this.#limit ? this.#drained() : undefined;
  }

  /** Nothing follows: in good order, or with an error that whoever reads meets behind what is there. */
  end(error?: Error): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#change();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        const slices = this.#slices;
        this.#slices = [];
        for (const slice of slices) {
          this.#bytes -= slice.length;
          this.#change();
          yield slice;
        }
        if (this.#slices.length > 0) continue;
        if (this.#end?.error !== undefined) throw this.#end.error;
        if (this.#end !== undefined) return;
        await this.#wake.promise;
      }
    } finally {
      this.#isAbandoned = true;
      this.#slices = [];
      this.#bytes = 0;
      this.#change();
    }
  }

  async #drained(): Promise<void> {
    while (this.#bytes > this.#limit / 2 && this.#end === undefined) await this.#wake.promise;
  }

  #change(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}
