/**
 * Kafka's primitive types on the wire ("Protocol Primitive Types"), for the two APIs that we encode ourselves: Produce and
 * Fetch. The reader checks every length; what does not fit is KafkaError `corrupt`.
 */
import { KafkaError } from '../contract.ts';

/** Builds a request's head in one growing buffer. */
export class WireWriter {
  #buffer = Buffer.allocUnsafe(256);
  #length = 0;

  int8(value: number): this {
    const at = this.#reserve(1);
    this.#buffer.writeInt8(value, at);
    return this;
  }

  int16(value: number): this {
    const at = this.#reserve(2);
    this.#buffer.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#reserve(4);
    this.#buffer.writeInt32BE(value, at);
    return this;
  }

  /** A whole number within 2^53. */
  int64(value: number): this {
    const at = this.#reserve(8);
    this.#buffer.writeBigInt64BE(BigInt(value), at);
    return this;
  }

  uvarint(value: number): this {
    let rest = value;
    while (rest > 0x7f) {
      this.#octet((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#octet(rest);
    return this;
  }

  compactString(value: string): this {
    const bytes = Buffer.byteLength(value);
    this.uvarint(bytes + 1);
    const at = this.#reserve(bytes);
    this.#buffer.write(value, at);
    return this;
  }

  /** A UUID given as 32 hexadecimal digits, with or without dashes. */
  uuid(value: string): this {
    const at = this.#reserve(16);
    this.#buffer.write(value.replaceAll('-', ''), at, 'hex');
    return this;
  }

  /** The end of a structure that has no tagged fields. */
  noTags(): this {
    return this.uvarint(0);
  }

  /** What has been written since the last `cut`. */
  cut(): Buffer {
    const piece = this.#buffer.subarray(0, this.#length);
    this.#buffer = this.#buffer.subarray(this.#length);
    this.#length = 0;
    return piece;
  }

  #octet(value: number): void {
    const at = this.#reserve(1);
    this.#buffer[at] = value;
  }

  /** Makes room, and may put another buffer in the place of this one: call it before the buffer is named. */
  #reserve(bytes: number): number {
    const at = this.#length;
    if (at + bytes > this.#buffer.byteLength) {
      const larger = Buffer.allocUnsafe(Math.max(256, (at + bytes) * 2));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    this.#length = at + bytes;
    return at;
  }
}

/** Reads a response. */
export class WireReader {
  readonly bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get at(): number {
    return this.#at;
  }

  int16(): number {
    return this.bytes.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.#take(4));
  }

  int64(): number {
    const at = this.#take(8);
    return this.bytes.readInt32BE(at) * 0x1_0000_0000 + this.bytes.readUInt32BE(at + 4);
  }

  uvarint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 5; count += 1) {
      const byte = this.bytes[this.#take(1)]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    throw new KafkaError('corrupt', 'a number in a response has more than 5 bytes');
  }

  /** The number of elements of a compact array; a null one has none. */
  arrayLength(): number {
    const length = this.uvarint() - 1;
    // Every element takes at least one byte, so a larger number is a lie.
    if (length > this.bytes.byteLength - this.#at) throw tooLong(length);
    return Math.max(0, length);
  }

  compactString(): string | null {
    const length = this.uvarint() - 1;
    if (length < 0) return null;
    const at = this.#take(length);
    return this.bytes.toString('utf8', at, at + length);
  }

  uuid(): string {
    const at = this.#take(16);
    const hex = this.bytes.toString('hex', at, at + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** Where the compact bytes lie that begin here; passes over them. Null ones are empty. */
  span(): readonly [start: number, end: number] {
    const length = Math.max(0, this.uvarint() - 1);
    const at = this.#take(length);
    return [at, at + length];
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  skipTags(): void {
    const count = this.uvarint();
    for (let index = 0; index < count; index += 1) {
      this.uvarint();
      this.skip(this.uvarint());
    }
  }

  /**
   * The response ends here. What is left over shows that it was read in other places than those where it was written, and
   * then none of its numbers can be believed.
   */
  finish(): void {
    const left = this.bytes.byteLength - this.#at;
    if (left > 0) throw new KafkaError('corrupt', `${left} bytes of a response are left over`);
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (bytes > this.bytes.byteLength - at) throw tooLong(bytes);
    this.#at = at + bytes;
    return at;
  }
}

function tooLong(length: number): KafkaError {
  return new KafkaError('corrupt', `a response claims ${length} bytes or elements more than it has`);
}
