/** Up to so many bytes a loop costs less than a call that copies them. */
const shortRun = 32;

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

  /**
   * Appends what stands in `input` from `from` up to `to`.
   * @throws RangeError beyond the cap
   */
  append(input: Uint8Array, from: number, to: number): void {
    const length = to - from;
    this.#reserve(length);
    const buffer = this.#buffer;
    const at = this.#length;
    if (length > shortRun) buffer.set(input.subarray(from, to), at);
    else for (let index = 0; index < length; index += 1) buffer[at + index] = input[from + index]!;
    this.#length += length;
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
    const buffer = this.#buffer;
    const end = this.#length + length;
    const from = this.#length - distance;
    let at = this.#length;
    if (length <= shortRun) for (let back = from; at < end; at += 1, back += 1) buffer[at] = buffer[back]!;
    // What has been repeated can be repeated in its turn, so that a long run takes few copies.
    while (at < end) {
      const count = Math.min(at - from, end - at);
      buffer.copyWithin(at, from, from + count);
      at += count;
    }
    this.#length = end;
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
