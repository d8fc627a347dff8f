/** Cuts a file while it passes, and notes what each piece is: what the next version is compared with. */
import { createHash, type Hash, hash as hashOf } from 'node:crypto';
import { averageBits, type PieceIndex, pieceBytes, pieceHashBytes } from '../../records/piece-index.ts';
import { Cutter } from './cutter.ts';
import type { FileHasher } from './file-hasher.ts';

/** Pieces of a file of usual content, where a record has room for their index: the larger the file, the longer they are. */
const piecesOfFile = 8192;
/** Bytes of a record for each of these, beside what else it says: four times as many may be found. */
const recordBytesOfPiece = 64;

/** The average length, as a power of two, by which a file of `size` bytes is best cut, for an index in a record of `limit` bytes. */
export function bitsFor(size: number, limit: number): number {
  const most = Math.max(1, Math.min(piecesOfFile, Math.floor(limit / recordBytesOfPiece)));
  const bits = Math.ceil(Math.log2(Math.max(1, size / most)));
  return Math.min(averageBits.most, Math.max(averageBits.least, bits));
}

export class PieceHasher {
  readonly #bits: number;
  readonly #limit: number;
  readonly #cutter: Cutter;
  #pieces: Buffer = Buffer.alloc(64 * pieceBytes);
  #used = 0;
  /** Of the piece that is under way, where it began in an earlier part of the file. */
  #begun: { readonly hash: Hash; length: number } | undefined;
  #isTooMuch = false;

  /** `limit`: bytes that the index may have at the most; of more there is none. */
  constructor(bits: number, limit: number) {
    this.#bits = bits;
    this.#limit = limit;
    this.#cutter = new Cutter(bits);
  }

  /** The next bytes of the file. They are done with when this returns. */
  update(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length && !this.#isTooMuch; ) {
      const end = this.#cutter.next(bytes, start);
      if (end === -1) {
        this.#begun ??= { hash: createHash('sha256'), length: 0 };
        this.#begun.hash.update(bytes.subarray(start));
        this.#begun.length += bytes.length - start;
        return;
      }
      const rest = bytes.subarray(start, end);
      if (this.#begun === undefined) this.#add(rest.length, hashOf('sha256', rest, 'buffer'));
      else this.#endBegun(rest);
      start = end;
    }
  }

  #endBegun(rest: Uint8Array): void {
    const { hash, length } = this.#begun!;
    this.#begun = undefined;
    this.#add(length + rest.length, hash.update(rest).digest());
  }

  #add(length: number, hash: Buffer): void {
    this.#isTooMuch = this.#used + pieceBytes > this.#limit;
    if (this.#isTooMuch) return;
    if (this.#used === this.#pieces.length)
      this.#pieces = Buffer.concat([this.#pieces, Buffer.alloc(this.#used)]);
    this.#pieces.writeUInt32BE(length, this.#used);
    hash.copy(this.#pieces, this.#used + 4, 0, pieceHashBytes);
    this.#used += pieceBytes;
  }

  /** Call it behind the last byte, once. Undefined where there are too many pieces. */
  index(): PieceIndex | undefined {
    if (this.#begun !== undefined) this.#endBegun(new Uint8Array(0));
    if (this.#isTooMuch) return undefined;
    return { bits: this.#bits, pieces: this.#pieces.subarray(0, this.#used) };
  }
}

/** A hasher of the whole file that tells another one of what passes. */
export class CuttingHasher implements FileHasher {
  readonly #whole: FileHasher;
  readonly pieces: PieceHasher;

  constructor(whole: FileHasher, pieces: PieceHasher) {
    this.#whole = whole;
    this.pieces = pieces;
  }

  update(bytes: Uint8Array): Promise<void> | undefined {
    // Where a thread does it, it has begun by then.
    const hashed = this.#whole.update(bytes);
    this.pieces.update(bytes);
    return hashed;
  }

  digest(): Promise<string> {
    return this.#whole.digest();
  }

  drop(): void {
    this.#whole.drop();
  }
}
