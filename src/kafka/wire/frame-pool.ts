/**
 * Memory for fetched frames, used again and again, so that reading at full speed allocates nothing large. It is shared
 * memory: threads may work on it without a copy. The collector does not feel its weight, so that little of it may ever become
 * garbage: it comes in few sizes, which fit again, and what is lent and what is kept count together.
 */

/** Bytes lent by a pool (or allocated once). After `release` they belong to somebody else. */
export interface Frame {
  readonly bytes: Buffer;
  /** Gives the memory back. Idempotent. */
  release(): void;
}

const smallest = 64 * 1024;

/** The next size that memory comes in: powers of two from 64 KiB on, and three steps between them. */
export function frameCapacity(size: number): number {
  if (size <= smallest) return smallest;
  const step = 2 ** Math.floor(Math.log2(size - 1)) / 4;
  return Math.ceil(size / step) * step;
}

/** Lends buffers, and keeps those given back as long as they and the lent ones are no more than `keepBytes`. */
export class FramePool {
  /** Capacity -> buffers that are free. */
  readonly #free = new Map<number, Buffer[]>();
  #keepBytes: number;
  #freeBytes = 0;
  #lentBytes = 0;

  constructor(keepBytes: number) {
    this.#keepBytes = keepBytes;
  }

  /** A frame of exactly `size` bytes, with undefined content. */
  take(size: number): Frame {
    const whole = this.#fitting(frameCapacity(size)) ?? this.#make(frameCapacity(size));
    this.#lentBytes += whole.byteLength;
    let lent = true;
    return {
      bytes: whole.byteLength === size ? whole : whole.subarray(0, size),
      release: () => {
        if (lent) this.#give(whole);
        lent = false;
      },
    };
  }

  /** From now on keeps no less than so many. */
  keep(bytes: number): void {
    this.#keepBytes = Math.max(this.#keepBytes, bytes);
  }

  /** Forgets all that is free. */
  clear(): void {
    this.#free.clear();
    this.#freeBytes = 0;
  }

  /** A free buffer of this capacity, or of up to twice as much. */
  #fitting(capacity: number): Buffer | undefined {
    for (let other = capacity; other <= 2 * capacity; other = frameCapacity(other + 1)) {
      const buffer = this.#free.get(other)?.pop();
      if (buffer === undefined) continue;
      this.#freeBytes -= other;
      return buffer;
    }
    return undefined;
  }

  #make(capacity: number): Buffer {
    for (const buffers of this.#free.values()) {
      while (buffers.length > 0 && this.#lentBytes + this.#freeBytes + capacity > this.#keepBytes)
        this.#freeBytes -= buffers.pop()!.byteLength;
    }
    return Buffer.from(new SharedArrayBuffer(capacity));
  }

  #give(buffer: Buffer): void {
    const { byteLength } = buffer;
    this.#lentBytes -= byteLength;
    if (this.#lentBytes + this.#freeBytes + byteLength > this.#keepBytes) return;
    const buffers = this.#free.get(byteLength);
    if (buffers === undefined) this.#free.set(byteLength, [buffer]);
    else buffers.push(buffer);
    this.#freeBytes += byteLength;
  }
}

/** A frame for a response that is small: memory of its own, collected as usual. */
export function ownFrame(bytes: number): Frame {
  return { bytes: Buffer.allocUnsafe(bytes), release: () => {} };
}
