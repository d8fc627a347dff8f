/** Up to so many bytes a loop costs less than a call that copies them. */
const shortRun = 32;

/** What is expanded would exceed its cap. */
export class OutputLimitError extends RangeError {
  override name = 'OutputLimitError';
}

/** Where a decompressor's output goes. Beyond its cap it throws OutputLimitError, for what was never there RangeError. */
export interface Output {
  readonly length: number;
  /** Bytes that may still come. */
  readonly room: number;
  /** Appends what stands in `input` from `from` up to `to`. */
  append(input: Uint8Array, from: number, to: number): void;
  /** Appends `length` bytes from `distance` bytes before the end; where they overlap, what has just been written is repeated. */
  repeat(distance: number, length: number): void;
}

/** Counts what would come out, and takes no memory for it. */
export class MeasuredOutput implements Output {
  readonly #cap: number;
  length = 0;

  constructor(cap: number) {
    this.#cap = cap;
  }

  get room(): number {
    return this.#cap - this.length;
  }

  append(_input: Uint8Array, from: number, to: number): void {
    this.#add(to - from);
  }

  repeat(distance: number, length: number): void {
    checkDistance(distance, this.length);
    this.#add(length);
  }

  #add(bytes: number): void {
    checkRoom(bytes, this.room, this.#cap);
    this.length += bytes;
  }
}

function checkRoom(bytes: number, room: number, cap: number): void {
  if (bytes > room) throw new OutputLimitError(`more than ${cap} bytes come out`);
}

function checkDistance(distance: number, length: number): void {
  if (distance < 1 || distance > length) throw new RangeError(`nothing stands ${distance} bytes back`);
}

/** Output that grows with what is really there, up to a cap, and repeats what it has already. */
export class GrowingOutput implements Output {
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

  get room(): number {
    return this.#cap - this.#length;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  append(input: Uint8Array, from: number, to: number): void {
    const length = to - from;
    this.#reserve(length);
    const buffer = this.#buffer;
    const at = this.#length;
    if (length > shortRun) buffer.set(input.subarray(from, to), at);
    else for (let index = 0; index < length; index += 1) buffer[at + index] = input[from + index]!;
    this.#length += length;
  }

  repeat(distance: number, length: number): void {
    checkDistance(distance, this.#length);
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
    checkRoom(bytes, this.room, this.#cap);
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.byteLength) return;
    const larger = Buffer.allocUnsafe(Math.min(this.#cap, Math.max(needed, this.#buffer.byteLength * 2)));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
