/** Names of files as bytes, each of them once, with a number: hundreds of thousands of them as strings would cost four times as much. */
import { keyedHash, randomHashKey } from './keyed-hash.ts';

/** Bytes of one block; no name is longer than a part of it. */
const blockBytes = 1024 * 1024;
const longest = 8 * 1024;
/** Names begin at multiples of this, so that a place needs four bytes: for 16 GB. */
const unit = 4;

export class Names {
  readonly #blocks: Buffer[] = [];
  readonly #key = randomHashKey();
  #room = 0;
  /** Number -> where it stands, in units, over all blocks; and its length. */
  #places = new Uint32Array(1024);
  #lengths = new Uint16Array(1024);
  #count = 0;
  /** Open addressing: number + 1, or 0 where nothing is. */
  #index = new Uint32Array(2048);

  get count(): number {
    return this.#count;
  }

  /** Bytes that it takes. */
  get bytes(): number {
    const { byteLength: places } = this.#places;
    return this.#blocks.length * blockBytes + places + this.#lengths.byteLength + this.#index.byteLength;
  }

  /** The number of a name; undefined when it has none. */
  find(name: Uint8Array): number | undefined {
    const slot = this.#slot(name);
    const entry = this.#index[slot]!;
    return entry === 0 ? undefined : entry - 1;
  }

  /** The number of a name, which it is given now if it has none: one more than the last. Undefined for one that is too long. */
  add(name: Uint8Array): number | undefined {
    if (name.length > longest) return undefined;
    const slot = this.#slot(name);
    const entry = this.#index[slot]!;
    if (entry !== 0) return entry - 1;
    if (this.#room < name.length) {
      this.#blocks.push(Buffer.allocUnsafeSlow(blockBytes));
      this.#room = blockBytes;
    }
    const at = blockBytes - this.#room;
    this.#blocks.at(-1)!.set(name, at);
    this.#room -= Math.ceil(name.length / unit) * unit;
    const number = this.#count++;
    if (number === this.#places.length) this.#grow();
    this.#places[number] = ((this.#blocks.length - 1) * blockBytes + at) / unit;
    this.#lengths[number] = name.length;
    this.#index[slot] = number + 1;
    if (this.#count * 3 > this.#index.length * 2) this.#reindex();
    return number;
  }

  /** A view. */
  of(number: number): Buffer {
    const place = this.#places[number]! * unit;
    const at = place % blockBytes;
    return this.#blocks[Math.floor(place / blockBytes)]!.subarray(at, at + this.#lengths[number]!);
  }

  /** Calls `each` with the numbers of names that contain these bytes, in order. */
  containing(bytes: Uint8Array, each: (number: number) => void): void {
    let number = 0;
    for (const [index, block] of this.#blocks.entries()) {
      const begin = index * blockBytes;
      for (let at = block.indexOf(bytes); at !== -1; ) {
        const place = begin + at;
        while (number < this.#count && this.#places[number]! * unit + this.#lengths[number]! <= place)
          number++;
        if (number === this.#count) return;
        const first = this.#places[number]! * unit;
        const end = first + this.#lengths[number]!;
        // What begins in one name and ends in the next is of neither, nor what was left over before.
        const isWithin = place >= first && place + bytes.length <= end;
        if (isWithin) each(number++);
        at = block.indexOf(bytes, isWithin ? end - begin : at + 1);
      }
    }
  }

  #slot(name: Uint8Array): number {
    const mask = this.#index.length - 1;
    for (let slot = keyedHash(name, this.#key) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#index[slot]!;
      if (entry === 0 || this.of(entry - 1).equals(name)) return slot;
    }
  }

  #grow(): void {
    const [places, lengths] = [this.#places, this.#lengths];
    const size = places.length + Math.max(1024, places.length >> 2);
    this.#places = new Uint32Array(size);
    this.#places.set(places);
    this.#lengths = new Uint16Array(size);
    this.#lengths.set(lengths);
  }

  #reindex(): void {
    this.#index = new Uint32Array(this.#index.length * 2);
    const mask = this.#index.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let slot = keyedHash(this.of(number), this.#key) & mask;
      while (this.#index[slot] !== 0) slot = (slot + 1) & mask;
      this.#index[slot] = number + 1;
    }
  }
}
