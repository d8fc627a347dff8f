/** Output of a compressor: as large as what it compresses and no larger, for then it would be of no use. */

export class BoundedOutput {
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** What has been written. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  /** Room for `bytes` more: to be asked before they are written. */
  hasRoom(bytes: number): boolean {
    return bytes <= this.#bytes.byteLength - this.#length;
  }

  octet(value: number): void {
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  append(bytes: Uint8Array, from: number, to: number): void {
    // Short runs are most runs, and a loop beats the call of a copy there.
    if (to - from > 24) this.#bytes.set(bytes.subarray(from, to), this.#length);
    else for (let at = from; at < to; at += 1) this.#bytes[this.#length + at - from] = bytes[at]!;
    this.#length += to - from;
  }

  /** Goes back to `length`; what stands behind it is forgotten. */
  rewind(length: number): void {
    this.#length = length;
  }

  /** Writes a number over what stands at `at`. */
  uint32LE(value: number, at: number): void {
    new DataView(this.#bytes.buffer).setUint32(at, value, true);
  }

  uint32BE(value: number, at: number): void {
    new DataView(this.#bytes.buffer).setUint32(at, value, false);
  }

  skip(bytes: number): void {
    this.#length += bytes;
  }
}
