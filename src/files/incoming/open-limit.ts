/**
 * How many uploads may be open: whoever can write to the topic could begin ever more of them and end none. Each counts 1, and more
 * where it lies in many pieces, for each piece is remembered too. Pure.
 */

/** Pieces that take about as much memory as an upload does by itself (3 kB of heap). */
const piecesAsOne = 16;
/** One upload may take so great a share of the limit by its pieces. */
const greatestShare = 0.1;
/**
 * What all may count together where the limit is smaller, and one by its pieces: over several connections, an uploader's records come to
 * stand in as many pieces as it has on their way, some hundreds.
 */
const leastTotal = 100;
const leastShare = 50;

/** What is counted. */
export interface Counted {
  /** Ranges of its bytes that are there, apart from each other. */
  readonly pieces: number;
}

export class OpenLimit<T extends Counted> {
  readonly #limit: number;
  /** What each counts, in the order of their newest records: the one that waits for longest comes first. */
  readonly #counts = new Map<T, number>();
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A record of it has come. Gives those that are one too many, and counts them no longer; itself, where it takes too much alone. */
  touch(upload: T): T[] {
    this.end(upload);
    const count = 1 + Math.floor(upload.pieces / piecesAsOne);
    if (count > Math.max(leastShare, this.#limit * greatestShare)) return [upload];
    this.#counts.set(upload, count);
    this.#total += count;
    const tooMany: T[] = [];
    for (const [oldest] of this.#counts) {
      if (this.#counts.size <= this.#limit && this.#total <= Math.max(leastTotal, this.#limit)) break;
      this.end(oldest);
      tooMany.push(oldest);
    }
    return tooMany;
  }

  /** It is open no longer. */
  end(upload: T): void {
    this.#total -= this.#counts.get(upload) ?? 0;
    this.#counts.delete(upload);
  }
}
