/**
 * Reading a file over a network from its first byte to its last: what comes next is asked for, in several requests at once, before
 * anybody wants it. Memory is bounded by a budget that all files of a store share.
 */

/**
 * Memory for what is asked for ahead, over all files. Pieces of the usual size are used again and again: bytes as they come from sockets
 * would each live for seconds, and be rubbish for longer.
 */
export class AheadMemory {
  /** Bytes of a piece, but for the last one of a file. */
  readonly pieceSize: number;
  #left: number;
  readonly #free: Uint8Array[] = [];

  constructor(bytes: number, pieceSize: number) {
    this.#left = bytes;
    this.pieceSize = pieceSize;
  }

  /** So many bytes if they are there, or, with `must`, even if not. */
  take(length: number, must: boolean): Uint8Array | undefined {
    if (!must && this.#left < length) return undefined;
    this.#left -= length;
    if (length < this.pieceSize) return new Uint8Array(length);
    return this.#free.pop() ?? new Uint8Array(length);
  }

  give(memory: Uint8Array): void {
    this.#left += memory.length;
    if (memory.length === this.pieceSize && this.#left > 0) this.#free.push(memory);
  }
}

export interface ReadAheadOptions {
  readonly size: number;
  /** Pieces beyond the one that is read. */
  readonly pieces: number;
  readonly memory: AheadMemory;
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
    const { size, memory } = this.#options;
    const { pieceSize } = memory;
    if (position >= size || buffer.length === 0) return 0;
    const number = Math.floor(position / pieceSize);
    this.#move(number);
    const piece = this.#pieces.get(number)!;
    const offset = position - number * pieceSize;
    const bytes = piece.bytes.subarray(offset, offset + buffer.length);
    await piece.has(offset + bytes.length);
    buffer.set(bytes);
    return bytes.length;
  }

  close(): void {
    for (const number of [...this.#pieces.keys()]) this.#drop(number);
  }

  /** Holds this piece and those behind it, and no others. */
  #move(current: number): void {
    const { size, pieces, memory, fetch } = this.#options;
    const { pieceSize } = memory;
    const last = Math.min(current + pieces, Math.ceil(size / pieceSize) - 1);
    for (const number of [...this.#pieces.keys()]) if (number < current || number > last) this.#drop(number);
    for (let number = current; number <= last; number++) {
      if (this.#pieces.has(number)) continue;
      const start = number * pieceSize;
      const end = Math.min(size, start + pieceSize);
      const bytes = memory.take(end - start, number === current);
      if (bytes === undefined) return;
      this.#pieces.set(number, new Piece(start, bytes, fetch));
    }
  }

  #drop(number: number): void {
    const piece = this.#pieces.get(number);
    if (piece === undefined) return;
    piece.stop();
    this.#pieces.delete(number);
    this.#options.memory.give(piece.bytes);
  }
}

/** One request's bytes, some of which may still be on their way. */
class Piece {
  readonly bytes: Uint8Array;
  #received = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};
  readonly #stop = new AbortController();

  constructor(start: number, bytes: Uint8Array, fetch: ReadAheadOptions['fetch']) {
    this.bytes = bytes;
    const take = (chunk: Uint8Array): void => {
      // The memory may be another piece's by now.
      if (this.#stop.signal.aborted) return;
      bytes.set(chunk, this.#received);
      this.#received += chunk.length;
      this.#wake();
    };
    const fail = (error: unknown): void => {
      this.#failure ??= { error };
      this.#wake();
    };
    const short = (): void =>
      fail(new Error(`fewer bytes than the ${bytes.length} from ${start} on were given`));
    fetch(start, start + bytes.length, take, this.#stop.signal).then(short, fail);
  }

  /** Resolves once so many of the first bytes are there. */
  async has(count: number): Promise<void> {
    while (this.#received < count) {
      if (this.#failure !== undefined) throw this.#failure.error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  stop(): void {
    this.#stop.abort();
    this.#failure ??= { error: new Error('the file was closed while it was read') };
    this.#wake();
  }
}
