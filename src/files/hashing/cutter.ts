/**
 * PURE. Cuts a file into pieces where its content says so: FastCDC (Xia et al., USENIX ATC 2016), a gear hash of 32 bits with normalised chunking.
 * The hash at a byte is made of the 32 bytes up to it: behind an insertion the same cuts are found again, whatever stands before it.
 */

/** A number for each byte, made by SplitMix32 of a fixed seed: they are a part of the format, for cuts of one version are compared with those of another. */
const gear = new Int32Array(256);
for (let index = 0, seed = 0x51_1c_e0_01; index < 256; index++) {
  seed = (seed + 0x9e3779b9) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  gear[index] = mixed ^ (mixed >>> 15);
}

/** How many bits of the hash are to be zero beyond the average, before that length, and fewer, behind it: pieces are of a length nearer to it. */
const normal = 2;

export class Cutter {
  readonly #least: number;
  readonly #average: number;
  readonly #most: number;
  /** The hash is shifted by so much, and what is left is to be zero. */
  readonly #early: number;
  readonly #late: number;
  #hash = 0;
  #length = 0;

  /** `bits`: the average length as a power of two, 8 to 29. Pieces have a quarter of it at least (but the last), four times as much at the most. */
  constructor(bits: number) {
    this.#average = 2 ** bits;
    this.#least = this.#average / 4;
    this.#most = this.#average * 4;
    this.#early = 32 - (bits + normal);
    this.#late = 32 - (bits - normal);
  }

  /** Where in `bytes`, from `start` on, the piece that is under way ends; -1: not there. The bytes of a file are to come in their order. */
  next(bytes: Uint8Array, start: number): number {
    const begin = start - this.#length;
    // The first ones cannot end it, and are not looked at.
    let at = Math.max(start, begin + this.#least);
    const end = bytes.length;
    const average = Math.min(end, begin + this.#average);
    const most = Math.min(end, begin + this.#most);
    let hash = this.#hash;
    for (const shift = this.#early; at < average; ) {
      hash = ((hash << 1) + gear[bytes[at++]!]!) | 0;
      if (hash >>> shift === 0) return this.#cut(at);
    }
    for (const shift = this.#late; at < most; ) {
      hash = ((hash << 1) + gear[bytes[at++]!]!) | 0;
      if (hash >>> shift === 0) return this.#cut(at);
    }
    if (end >= begin + this.#most) return this.#cut(begin + this.#most);
    this.#hash = hash;
    this.#length = end - begin;
    return -1;
  }

  #cut(at: number): number {
    this.#hash = 0;
    this.#length = 0;
    return at;
  }
}
