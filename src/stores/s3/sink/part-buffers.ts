/** Memory for parts, used again and again: what is left to be collected is so much more that is taken. */
import { smallestPart } from './part-size.ts';

/** Buffers that are kept for the next parts. */
const mostFree = 4;

export class PartBuffers {
  readonly #free: ArrayBuffer[] = [];

  /** So many bytes, which hold anything. */
  take(length: number): Buffer<ArrayBuffer> {
    // What is far smaller would have the rest lie idle.
    const isUsual = length <= smallestPart && length > smallestPart / 2;
    const memory = isUsual ? (this.#free.pop() ?? new ArrayBuffer(smallestPart)) : new ArrayBuffer(length);
    return Buffer.from(memory, 0, length);
  }

  /** Nobody uses its memory any more. */
  give({ buffer }: Uint8Array<ArrayBuffer>): void {
    if (buffer.byteLength === smallestPart && this.#free.length < mostFree) this.#free.push(buffer);
  }
}
