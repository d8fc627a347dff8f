/** Boxes of ISO BMFF (ISO/IEC 14496-12, 4.2): reading within bounds, whatever their sizes say. */
import { FormatError } from '../../errors.ts';

/** A box that lies wholly within `bytes`. */
export interface Box {
  /** Four characters, as Latin-1. */
  readonly type: string;
  /** What follows size and type. A view, no copy. */
  readonly body: Buffer;
}

/** What the first bytes of a box say of it. */
export interface BoxHead {
  readonly type: string;
  /** Bytes of the whole box, its head included. */
  readonly size: number;
  /** Bytes of its head: 8, or 16 where the size has 64 bits. */
  readonly head: number;
}

/**
 * The head of the box at `offset`; undefined while too few bytes are there. Throws FormatError for a size below that of the head, for
 * one that no number holds, and for 0 ("to the end of the file"), which a stream has no use for.
 */
export function readBoxHead(bytes: Buffer, offset: number): BoxHead | undefined {
  if (bytes.length - offset < 8) return undefined;
  const type = bytes.toString('latin1', offset + 4, offset + 8);
  const size = bytes.readUInt32BE(offset);
  if (size !== 1) return checked(type, size, 8);
  if (bytes.length - offset < 16) return undefined;
  return checked(type, bytes.readUInt32BE(offset + 8) * 2 ** 32 + bytes.readUInt32BE(offset + 12), 16);
}

function checked(type: string, size: number, head: number): BoxHead {
  if (!/^[\x20-\x7e\xa9]{4}$/.test(type))
    throw new FormatError('this is no MP4: a box has an unreadable type');
  if (size < head || !Number.isSafeInteger(size))
    throw new FormatError(`box "${type}" says that it has ${size} bytes`);
  return { type, size, head };
}

/** The boxes that `bytes` is made of. Throws FormatError when the last one does not end where `bytes` ends. */
export function* boxesIn(bytes: Buffer): Generator<Box> {
  let offset = 0;
  while (offset < bytes.length) {
    const found = readBoxHead(bytes, offset);
    if (found === undefined || found.size > bytes.length - offset) {
      throw new FormatError(`box "${found?.type ?? '?'}" ends outside of the box that it is in`);
    }
    yield { type: found.type, body: bytes.subarray(offset + found.head, offset + found.size) };
    offset += found.size;
  }
}

/** The only box of this type in `bytes`; undefined without one. Throws FormatError when there are several. */
export function optionalBox(bytes: Buffer, type: string): Buffer | undefined {
  let found: Buffer | undefined;
  for (const box of boxesIn(bytes)) {
    if (box.type !== type) continue;
    if (found !== undefined) throw new FormatError(`box "${type}" is there twice`);
    found = box.body;
  }
  return found;
}

/** The only box of this type in `bytes`. Throws FormatError without one. */
export function requiredBox(bytes: Buffer, type: string): Buffer {
  const found = optionalBox(bytes, type);
  if (found === undefined) throw new FormatError(`box "${type}" is missing`);
  return found;
}
