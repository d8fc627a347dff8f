/**
 * Reading a file over a network from its first byte to its last: what comes next is asked for, in several requests at once, before
 * anybody wants it. Memory is bounded by pieces, and over all files of a store by a budget that they share.
 */

/** Bytes that may be asked for ahead, over all files. What somebody waits for is asked for in any case. */
export class AheadBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** Takes them if they are there, or, with `must`, even if not. */
  take(bytes: number, must: boolean): boolean {
    if (!must && this.#left < bytes) return false;
    this.#left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#left += bytes;
  }
}

export interface ReadAheadOptions {
  readonly size: number;
  /** Bytes of one request. */
  readonly pieceSize: number;
  /** Pieces beyond the one that is read. */
  readonly pieces: number;
  readonly budget: AheadBudget;
  /** Hands the bytes from `start` to before `end` to `take`, as they arrive; repeats what fails on the way. Rejects when they cannot be had. */
  readonly fetch: (
    start: number,
    end: number,
    take: (bytes: Uint8Array) => void,
    signal: AbortSignal,
  ) => Promise<void>;
}

export class ReadAhead {
  readonly #options: ReadAheadOptions;
  /** By their number, in order. */
  readonly #pieces = new Map<number, Piece>();

  constructor(options: ReadAheadOptions) {
    this.#options = options;
  }

  /** As {@link OpenFile.read}. Rejects when it is closed meanwhile. */
  async read(buffer: Uint8Array, position: number): Promise<number> {
    const { size, pieceSize } = this.#options;
    if (position >= size || buffer.length === 0) return 0;
    const number = Math.floor(position / pieceSize);
    this.#move(number);
    const piece = this.#pieces.get(number)!;
    const offset = position - number * pieceSize;
    await piece.has(Math.min(offset + buffer.length, piece.length));
    return piece.copy(buffer, offset);
  }

  close(): void {
    for (const number of [...this.#pieces.keys()]) this.#drop(number);
  }

  /** Holds this piece and those behind it, and no others. */
  #move(current: number): void {
    const { size, pieceSize, pieces, budget } = this.#options;
    const last = Math.min(current + pieces, Math.ceil(size / pieceSize) - 1);
    for (const number of [...this.#pieces.keys()]) if (number < current || number > last) this.#drop(number);
    for (let number = current; number <= last; number++) {
      if (this.#pieces.has(number)) continue;
      const start = number * pieceSize;
      const end = Math.min(size, start + pieceSize);
      if (!budget.take(end - start, number === current)) return;
      this.#pieces.set(number, new Piece(start, end, this.#options.fetch));
    }
  }

  #drop(number: number): void {
    const piece = this.#pieces.get(number);
    if (piece === undefined) return;
    piece.stop();
    this.#pieces.delete(number);
    this.#options.budget.give(piece.length);
  }
}

/** One request's bytes, some of which may still be on their way. */
class Piece {
  readonly length: number;
  readonly #chunks: Uint8Array[] = [];
  #received = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};
  readonly #stop = new AbortController();

  constructor(start: number, end: number, fetch: ReadAheadOptions['fetch']) {
    this.length = end - start;
    const take = (bytes: Uint8Array): void => {
      this.#chunks.push(bytes);
      this.#received += bytes.length;
      this.#wake();
    };
    const fail = (error: unknown): void => {
      this.#failure ??= { error };
      this.#wake();
    };
    const short = (): void =>
      fail(new Error(`fewer bytes than the ${this.length} from ${start} on were given`));
    fetch(start, end, take, this.#stop.signal).then(short, fail);
  }

  /** Resolves once so many of the first bytes are there. */
  async has(bytes: number): Promise<void> {
    while (this.#received < bytes) {
      if (this.#failure !== undefined) throw this.#failure.error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Of the bytes that are there, from `offset` on; gives how many. */
  copy(buffer: Uint8Array, offset: number): number {
    let copied = 0;
    let at = 0;
    for (const chunk of this.#chunks) {
      if (copied === buffer.length) break;
      const from = offset + copied - at;
      at += chunk.length;
      if (from >= chunk.length) continue;
      const piece = chunk.subarray(from, from + buffer.length - copied);
      buffer.set(piece, copied);
      copied += piece.length;
    }
    return copied;
  }

  stop(): void {
    this.#stop.abort();
    this.#failure ??= { error: new Error('the file was closed while it was read') };
    this.#wake();
  }
}
