/**
 * The pieces that an uploader has cut a file into, by their content (FORMAT.md, "Pieces"): how long each is, and its hash. It is for the uploader alone,
 * which compares the file's next version with it. Values and bytes; no I/O.
 */
import { FormatError } from '../errors.ts';

/** Bytes of a hash: the first of a SHA-256. */
export const pieceHashBytes = 16;
/** Bytes of a piece in the index: its length, then its hash. */
export const pieceBytes = 4 + pieceHashBytes;
const version = 1;
/** The least and the largest average that is cut by, as powers of two. */
export const averageBits = { least: 14, most: 27 } as const;

export interface PieceIndex {
  /** The average length that was cut for, as a power of two. */
  readonly bits: number;
  /** Piece after piece, {@link pieceBytes} each. */
  readonly pieces: Uint8Array;
}

/** Both as they stand in a record. */
export function encodePieceIndex({ bits, pieces }: PieceIndex): Uint8Array {
  const head = Uint8Array.of(version, bits);
  return Buffer.concat([head, pieces]);
}

/** Reads the index of a file of `size` bytes, as a view; undefined where there is none. Throws FormatError for what is not as FORMAT.md says. */
export function decodePieceIndex(value: Uint8Array, size: number): PieceIndex | undefined {
  if (value.length === 0) return undefined;
  const [form, bits = 0] = value;
  if (form !== version) throw new FormatError(`an index of pieces of version ${form}`);
  if (bits < averageBits.least || bits > averageBits.most)
    throw new FormatError(`an index of pieces of 2^${bits} bytes`);
  const pieces = value.subarray(2);
  if (pieces.length % pieceBytes !== 0) throw new FormatError('an index with a part of a piece');
  let sum = 0;
  for (let at = 0; at < pieces.length; at += pieceBytes) {
    const length = pieceLength(pieces, at);
    if (length === 0) throw new FormatError('a piece of no bytes');
    sum += length;
  }
  if (sum !== size) throw new FormatError(`pieces of ${sum} bytes, of a file of ${size}`);
  return { bits, pieces };
}

/** The length of the piece whose entry begins at `at`. */
export function pieceLength(pieces: Uint8Array, at: number): number {
  const high = ((pieces[at]! << 24) | (pieces[at + 1]! << 16)) >>> 0;
  return high + (pieces[at + 2]! << 8) + pieces[at + 3]!;
}
