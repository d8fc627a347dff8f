/** Memory for fetched frames, used again and again, so that reading at full speed allocates nothing large. */

/** Bytes lent by a pool (or allocated once). After `release` they belong to somebody else. */
export interface Frame {
  readonly bytes: Buffer;
  /** Gives the memory back. Idempotent. */
  release(): void;
}

const granularity = 64 * 1024;

/** Lends buffers and keeps up to `keepBytes` of those given back. */
export class FramePool {
  readonly #free: Buffer[] = [];
  readonly #keepBytes: number;
  #freeBytes = 0;

  constructor(keepBytes: number) {
    this.#keepBytes = keepBytes;
  }

  /** A frame of exactly `size` bytes, with undefined content. */
  take(size: number): Frame {
    const whole =
      this.#best(size) ?? Buffer.from(new SharedArrayBuffer(Math.ceil(size / granularity) * granularity));
    let lent = true;
    return {
      bytes: whole.byteLength === size ? whole : whole.subarray(0, size),
      release: () => {
        if (lent) this.#give(whole);
        lent = false;
      },
    };
  }

  /** Forgets all that is free. */
  clear(): void {
    this.#free.length = 0;
    this.#freeBytes = 0;
  }

  /** The smallest free buffer that is large enough, unless most of it would lie idle. */
  #best(size: number): Buffer | undefined {
    let best = -1;
    for (const [index, buffer] of this.#free.entries()) {
      const fits = buffer.byteLength >= size && buffer.byteLength <= Math.max(size * 4, granularity);
      if (fits && (best < 0 || buffer.byteLength < this.#free[best]!.byteLength)) best = index;
    }
    if (best < 0) return undefined;
    const [buffer] = this.#free.splice(best, 1);
    this.#freeBytes -= buffer!.byteLength;
    return buffer;
  }

  #give(buffer: Buffer): void {
    this.#free.push(buffer);
    this.#freeBytes += buffer.byteLength;
    while (this.#freeBytes > this.#keepBytes) this.#freeBytes -= this.#free.shift()!.byteLength;
  }
}
