/** Output of a decompressor: grows with what is really there, up to a cap, and repeats what it has already. */
export class GrowingOutput {
  readonly #cap: number;
  #buffer: Buffer;
  #length = 0;

  /** `expected` bytes are reserved; more than the cap is never. */
  constructor(expected: number, cap: number) {
    this.#cap = cap;
    this.#buffer = Buffer.allocUnsafe(Math.min(expected, cap));
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** @throws RangeError beyond the cap */
  append(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  /**
   * Appends `length` bytes from `distance` bytes before the end; where they overlap, what has just been written is
   * repeated.
   * @throws RangeError beyond the cap, or before the beginning
   */
  repeat(distance: number, length: number): void {
    if (distance < 1 || distance > this.#length)
      throw new RangeError(`nothing stands ${distance} bytes back`);
    this.#reserve(length);
    const end = this.#length + length;
    while (this.#length < end) {
      const count = Math.min(distance, end - this.#length);
      this.#buffer.copyWithin(this.#length, this.#length - distance, this.#length - distance + count);
      this.#length += count;
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed > this.#cap) throw new RangeError(`more than ${this.#cap} bytes come out`);
    if (needed <= this.#buffer.byteLength) return;
    const larger = Buffer.allocUnsafe(Math.min(this.#cap, Math.max(needed, this.#buffer.byteLength * 2)));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
