/** Larger batches are rare, and memory for them is given back. */
const largestKept = 4 * 1024 * 1024;

/** Memory that pieces are joined in, used again and again: fresh memory for each batch would pile up between collections. */
export class Scratch {
  readonly #free: Buffer[] = [];

  /** Joins the pieces, of `size` bytes together, for as long as `work` lasts. */
  async use<Result>(
    pieces: readonly Uint8Array[],
    size: number,
    work: (joined: Uint8Array) => Promise<Result>,
  ): Promise<Result> {
    const last = this.#free.pop();
    const buffer = last !== undefined && last.byteLength >= size ? last : Buffer.allocUnsafeSlow(size);
    join(pieces, buffer);
    try {
      return await work(buffer.subarray(0, size));
    } finally {
      if (buffer.byteLength <= largestKept) this.#free.push(buffer);
    }
  }
}

/** Copies the pieces one behind the other to the beginning of `into`. */
export function join(pieces: readonly Uint8Array[], into: Uint8Array): void {
  let at = 0;
  for (const piece of pieces) {
    into.set(piece, at);
    at += piece.byteLength;
  }
}
