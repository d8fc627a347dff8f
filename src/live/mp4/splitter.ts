/** Cuts a byte stream into its outermost boxes, in whatever slices it comes. */
import { FormatError } from '../../errors.ts';
import { type BoxHead, readBoxHead } from './box.ts';

/** A box as it stood in the stream. */
export interface WholeBox extends BoxHead {
  /** Head and body. A view of the slice that it came in, or a Buffer of its own where it came in several. */
  readonly bytes: Buffer;
}

/** Nothing is held but slices of the box that is not yet complete, and of those never more than `limit` bytes. */
export class BoxSplitter {
  readonly #limit: number;
  #slices: Buffer[] = [];
  #held = 0;
  #head: BoxHead | undefined;

  /** `limit`: the most bytes that a box may have. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes of a box that has begun and not ended. */
  get pending(): number {
    return this.#held;
  }

  /** The boxes that end in this slice. Throws FormatError for what is no box, and for one above the limit, before any of it is kept. */
  *push(slice: Buffer): Generator<WholeBox> {
    let rest = slice;
    while (rest.length > 0) {
      this.#head ??= this.#readHead(rest);
      const missing = this.#head === undefined ? rest.length : this.#head.size - this.#held;
      const taken = rest.subarray(0, missing);
      rest = rest.subarray(taken.length);
      this.#slices.push(taken);
      this.#held += taken.length;
      if (this.#head !== undefined && taken.length === missing) yield this.#take(this.#head);
    }
  }

  /** Size and type may themselves be spread over slices. */
  #readHead(rest: Buffer): BoxHead | undefined {
    const begun = this.#held === 0 ? rest : Buffer.concat([...this.#slices, rest.subarray(0, 16)]);
    const head = readBoxHead(begun, 0);
    if (head !== undefined && head.size > this.#limit) {
      throw new FormatError(
        `box "${head.type}" has ${head.size} bytes, more than the ${this.#limit} allowed`,
      );
    }
    return head;
  }

  #take(head: BoxHead): WholeBox {
    const [only] = this.#slices;
    const bytes =
      this.#slices.length === 1 && only !== undefined ? only : Buffer.concat(this.#slices, this.#held);
    this.#slices = [];
    this.#held = 0;
    this.#head = undefined;
    return { ...head, bytes };
  }
}
