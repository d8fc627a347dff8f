/** The fields of a box, one after the other, never behind its end. */
import { FormatError } from '../../errors.ts';

/** Reads the big-endian fields of a box. Every method throws FormatError when the box ends before the field does. */
export class Fields {
  readonly #bytes: Buffer;
  readonly #type: string;
  #offset = 0;

  constructor(type: string, bytes: Buffer) {
    this.#type = type;
    this.#bytes = bytes;
  }

  /** Bytes that have not been read. */
  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  /** Version and flags of a full box (4.2.2). */
  versionAndFlags(): { readonly version: number; readonly flags: number } {
    return { version: this.uint8(), flags: this.uint8() * 65536 + this.uint16() };
  }

  skip(length: number): void {
    this.#take(length);
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#take(2));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  /** Two's complement. Throws FormatError also outside of what a number holds. */
  int64(): number {
    const value = Number(this.#bytes.readBigInt64BE(this.#take(8)));
    if (!Number.isSafeInteger(value)) throw new FormatError(`box "${this.#type}" has a number above 2^53`);
    return value;
  }

  /** A view of the next bytes. */
  bytes(length: number): Buffer {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** All that has not been read, as a view. */
  rest(): Buffer {
    return this.bytes(this.left);
  }

  #take(length: number): number {
    const start = this.#offset;
    if (length > this.left) throw new FormatError(`box "${this.#type}" is shorter than its fields`);
    this.#offset += length;
    return start;
  }
}
