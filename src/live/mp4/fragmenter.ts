/**
 * Cuts a fragmented MP4 into what is sent: the initialisation, then chunks. Pure: bytes in any slicing go in, the same pieces come out;
 * joined, they are the bytes that went in, but for `pending` ones at the end.
 */
import { FormatError } from '../../errors.ts';
import { readFragment, type TrackFragment } from './fragment.ts';
import { type Movie, readMovie } from './movie.ts';
import { BoxSplitter, type WholeBox } from './splitter.ts';

/** `ftyp` and `moov`. */
export interface InitPiece {
  readonly type: 'init';
  readonly bytes: Buffer;
  readonly movie: Movie;
}

/**
 * One or more `moof` and `mdat`; the last of them, and no other, has samples of the main track. Times in ticks of the main track.
 */
export interface ChunkPiece {
  readonly type: 'chunk';
  readonly bytes: Buffer;
  readonly keyframe: boolean;
  readonly timescale: number;
  readonly time: number;
  readonly duration: number;
}

export type Piece = InitPiece | ChunkPiece;

/** Bytes of the largest chunk (and of the largest box) that is believed: a part of two seconds at 60 Mb/s. */
export const largestChunk = 16 * 1024 * 1024;
/** Bytes of the largest initialisation. It is repeated before each segment, so that it must be small anyway. */
const largestInit = 256 * 1024;

/** After a FormatError it must not be used any more. */
export class Fragmenter {
  readonly #splitter: BoxSplitter;
  readonly #limit: number;
  #movie: Movie | undefined;
  #boxes: Buffer[] = [];
  #bytes = 0;
  /** Of the `moof` whose `mdat` comes next. */
  #fragments: readonly TrackFragment[] | undefined;

  constructor(limit: number = largestChunk) {
    this.#limit = limit;
    this.#splitter = new BoxSplitter(limit);
  }

  /** What these bytes complete. Throws FormatError for what is no fragmented MP4. */
  *push(slice: Buffer): Generator<Piece> {
    for (const box of this.#splitter.push(slice)) {
      const piece = this.#movie === undefined ? this.#begin(box) : this.#go(box, this.#movie);
      if (piece !== undefined) yield piece;
    }
  }

  /**
   * Bytes at the end that belong to no whole chunk: of one that was cut off, or of sound that goes on after the last picture,
   * which no player has a use for.
   */
  get pending(): number {
    return this.#splitter.pending + this.#bytes;
  }

  #begin(box: WholeBox): Piece | undefined {
    if (box.type === 'moof' || box.type === 'mdat')
      throw new FormatError(`box "${box.type}" comes before moov`);
    this.#hold(box, largestInit);
    if (box.type !== 'moov') return undefined;
    this.#movie = readMovie(box.bytes.subarray(box.head));
    return { type: 'init', bytes: this.#take(), movie: this.#movie };
  }

  #go(box: WholeBox, movie: Movie): Piece | undefined {
    if (box.type === 'moov') throw new FormatError('a second moov follows the first');
    this.#hold(box, this.#limit);
    if (box.type === 'moof') {
      if (this.#fragments !== undefined)
        throw new FormatError('a moof follows another, without an mdat between them');
      this.#fragments = readFragment(box.bytes.subarray(box.head), movie);
      return undefined;
    }
    if (box.type !== 'mdat') return undefined;
    const fragments = this.#fragments;
    if (fragments === undefined) throw new FormatError('an mdat has no moof');
    this.#fragments = undefined;
    const bytes = fragments.reduce((sum, fragment) => sum + fragment.bytes, 0);
    if (bytes > box.size - box.head) throw new FormatError('an mdat has fewer bytes than its moof says');
    return this.#chunk(fragments, movie);
  }

  /** A chunk when the main track is among the fragments; undefined when it is still to come. */
  #chunk(fragments: readonly TrackFragment[], { main }: Movie): ChunkPiece | undefined {
    const own = fragments.filter(({ trackId }) => trackId === main.id);
    const [first] = own;
    if (first === undefined) return undefined;
    const duration = own.reduce((sum, fragment) => sum + fragment.duration, 0);
    if (duration === 0) throw new FormatError('a fragment has pictures that last no time');
    const keyframe = main.kind === 'audio' || first.keyframe;
    const { timescale } = main;
    return { type: 'chunk', bytes: this.#take(), keyframe, timescale, time: first.time, duration };
  }

  #hold(box: WholeBox, limit: number): void {
    if (this.#bytes + box.size > limit) throw new FormatError(`a chunk has more than ${limit} bytes`);
    this.#boxes.push(box.bytes);
    this.#bytes += box.size;
  }

  /** All boxes held, as one Buffer: without a copy where they lie behind one another already. */
  #take(): Buffer {
    const bytes = joined(this.#boxes, this.#bytes);
    this.#boxes = [];
    this.#bytes = 0;
    return bytes;
  }
}

function joined(boxes: readonly Buffer[], length: number): Buffer {
  const [first] = boxes;
  if (first === undefined) return Buffer.alloc(0);
  let end = first.byteOffset;
  for (const box of boxes) {
    if (box.buffer !== first.buffer || box.byteOffset !== end) return Buffer.concat(boxes, length);
    end += box.length;
  }
  return Buffer.from(first.buffer, first.byteOffset, length);
}
