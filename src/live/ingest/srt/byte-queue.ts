/** Bytes between a socket that cannot wait and a reader that takes its time. */

/** Bytes that a reader gets at once at the most. */
const mostAtOnce = 256 * 1024;
/** Bytes that a packet takes of the memory beside its own, so that a sender of tiny ones cannot take a hundred times what it sends. */
export const packetCost = 512;

export class ByteQueue implements AsyncIterable<Buffer> {
  #waiting: Buffer[] = [];
  #size = 0;
  #end: { readonly error: Error | undefined } | undefined;
  #wake: (() => void) | undefined;

  /** Bytes that nobody has read yet. */
  get size(): number {
    return this.#size;
  }

  /** Bytes of memory that those take, about. */
  get cost(): number {
    return this.#size + this.#waiting.length * packetCost;
  }

  push(bytes: readonly Buffer[]): void {
    if (this.#end !== undefined || bytes.length === 0) return;
    for (const buffer of bytes) {
      if (buffer.length === 0) continue;
      this.#waiting.push(buffer);
      this.#size += buffer.length;
    }
    this.#wake?.();
  }

  /** Nothing comes any more: its reader still gets all that waits, then the error if there is one. */
  end(error?: Error): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  /** For one reader. One that stops early drops what waits. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        if (this.#size > 0) yield this.#some();
        else if (this.#end === undefined) await this.#more();
        else if (this.#end.error !== undefined) throw this.#end.error;
        else return;
      }
    } finally {
      this.#end ??= { error: undefined };
      this.#waiting = [];
      this.#size = 0;
    }
  }

  #more(): Promise<void> {
    return new Promise((wake) => {
      this.#wake = wake;
    });
  }

  #some(): Buffer {
    let [count, bytes] = [0, 0];
    for (const { length } of this.#waiting) {
      if (count > 0 && bytes + length > mostAtOnce) break;
      count++;
      bytes += length;
    }
    this.#size -= bytes;
    return Buffer.concat(this.#waiting.splice(0, count), bytes);
  }
}
