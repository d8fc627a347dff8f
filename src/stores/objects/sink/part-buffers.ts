/** Memory for parts, used again and again: what is left to be collected is so much more that is taken. */

/** Buffers that are kept for the next parts. */
const mostFree = 4;

export class PartBuffers {
  readonly #usual: number;
  readonly #free: ArrayBuffer[] = [];

  /** `usual`: bytes of most parts. */
  constructor(usual: number) {
    this.#usual = usual;
  }

  /** So many bytes, which hold anything. */
  take(length: number): Buffer<ArrayBuffer> {
    // What is far smaller would have the rest lie idle.
    const isUsual = length <= this.#usual && length > this.#usual / 2;
    const memory = isUsual ? (this.#free.pop() ?? new ArrayBuffer(this.#usual)) : new ArrayBuffer(length);
    return Buffer.from(memory, 0, length);
  }

  /** Nobody uses its memory any more. */
  give({ buffer }: Uint8Array<ArrayBuffer>): void {
    if (buffer.byteLength === this.#usual && this.#free.length < mostFree) this.#free.push(buffer);
  }
}
