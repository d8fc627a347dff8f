/** PURE. Whether what is read of a file to be sent is what was read of it to be compared: piece after piece of what is new in it. */
import { createHash, type Hash } from 'node:crypto';
import { pieceBytes, pieceHashBytes, pieceLength } from '../../records/piece-index.ts';
import type { ByteRange } from '../../stores/contract.ts';

export class FreshPieces {
  readonly #pieces: Uint8Array;
  /** Where their entries begin, in order. */
  readonly #entries: number[] = [];
  #next = 0;
  #hash: Hash | undefined;
  #left = 0;
  /** False once a piece was another one. */
  isSame = true;

  /** `fresh`: ranges of whole pieces. */
  constructor(pieces: Uint8Array, fresh: readonly ByteRange[]) {
    this.#pieces = pieces;
    let [at, range] = [0, 0];
    for (let entry = 0; entry < pieces.length; entry += pieceBytes) {
      while (range < fresh.length && fresh[range]![1] <= at) range++;
      if (range < fresh.length && fresh[range]![0] <= at) this.#entries.push(entry);
      at += pieceLength(pieces, entry);
    }
  }

  /** The next bytes of these ranges. */
  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#hash === undefined) {
        this.#hash = createHash('sha256');
        this.#left = pieceLength(this.#pieces, this.#entries[this.#next]!);
      }
      const part = bytes.subarray(at, at + this.#left);
      this.#hash.update(part);
      at += part.length;
      this.#left -= part.length;
      if (this.#left === 0) this.#ended(this.#hash);
    }
  }

  #ended(hash: Hash): void {
    const entry = this.#entries[this.#next++]!;
    const wanted = this.#pieces.subarray(entry + 4, entry + 4 + pieceHashBytes);
    if (!hash.digest().subarray(0, pieceHashBytes).equals(wanted)) this.isSame = false;
    this.#hash = undefined;
  }
}
