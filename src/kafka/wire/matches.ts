/** Finds what repeats within a block: the part that the LZ4 and the Snappy encoder share. */

/** Both formats reach back 65,535 bytes, so that a block of this size can refer to all of itself. */
export const blockBytes = 65_536;

/** No copy reaches into the last bytes of a block: LZ4 wants its blocks to end with literals. */
const lastLiterals = 5;
const lastMatch = 12;
const leastMatch = 4;
const hashBits = 14;
/** Spreads neighbouring words over the table (2^32 divided by the golden ratio). */
const multiplier = 0x9e3779b1 | 0;
/** After so many bytes in vain, as a power of two, the search takes longer steps. */
const patience = 6;

/** Takes literals `[from, to)` of the block, followed by `length` bytes that stand `distance` bytes back already. */
export type TakeSequence = (from: number, to: number, distance: number, length: number) => void;

/** Keeps its table from block to block; of use to one encoder at a time. */
export class MatchFinder {
  readonly #table = new Uint16Array(2 ** hashBits);

  /** Gives the sequences of a block of at most {@link blockBytes}, and where the literals begin that are left over. */
  find(block: Uint8Array, take: TakeSequence): number {
    const table = this.#table;
    const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
    const lastStart = block.byteLength - lastMatch;
    const lastEnd = block.byteLength - lastLiterals;
    table.fill(0);
    let anchor = 0;
    let at = 1;
    let misses = 1 << patience;
    while (at <= lastStart) {
      const word = view.getInt32(at, true);
      const slot = Math.imul(word, multiplier) >>> (32 - hashBits);
      const candidate = table[slot]!;
      table[slot] = at;
      if (candidate >= at || view.getInt32(candidate, true) !== word) {
        at += misses >> patience;
        misses += 1;
        continue;
      }
      let start = at;
      let from = candidate;
      while (start > anchor && from > 0 && block[start - 1] === block[from - 1]) {
        start -= 1;
        from -= 1;
      }
      let end = at + leastMatch;
      for (let other = candidate + leastMatch; end < lastEnd && block[end] === block[other]; other += 1)
        end += 1;
      take(anchor, start, start - from, end - start);
      anchor = end;
      at = end;
      misses = 1 << patience;
    }
    return anchor;
  }
}
