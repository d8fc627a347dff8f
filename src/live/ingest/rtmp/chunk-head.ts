/** The heads of chunks (RTMP, section 5.3.1). Pure. */
import { FormatError } from '../../../errors.ts';

/** What a chunk says, with what it leaves out taken from the one before it in its chunk stream. */
export interface ChunkHead {
  /** The chunk stream. */
  readonly id: number;
  /** Bytes of the head itself. */
  readonly size: number;
  /** It says something of a message, so that it must begin one. */
  readonly begins: boolean;
  /** Milliseconds, modulo 2^32: of the message that begins with it. */
  readonly timestamp: number;
  /** What is added for the next message that says nothing of its time. */
  readonly delta: number;
  readonly length: number;
  readonly type: number;
  /** The message stream. */
  readonly stream: number;
  /** The 32 bits that stood behind the head, for the 24 in it were too few. */
  readonly extended: number | undefined;
}

/** Nothing of a head is longer. */
export const longestHead = 18;

/** 24 bits that say: the time stands behind the head. */
const isBehind = 0xffffff;
const round = 2 ** 32;

/**
 * The head at the beginning of `bytes`; undefined: more bytes are needed. `before` is the head before it in the same chunk stream. Throws FormatError where
 * there has to be one.
 */
export function readChunkHead(
  bytes: Buffer,
  before: (id: number) => ChunkHead | undefined,
  hasBegun: (id: number) => boolean,
): ChunkHead | undefined {
  const [first] = bytes;
  if (first === undefined) return undefined;
  const basic = basicHead(bytes, first & 0x3f);
  if (basic === undefined) return undefined;
  const { id, size } = basic;
  const format = first >> 6;
  if (format === 0) return wholeHead(bytes, id, size);
  const last = before(id);
  if (last === undefined) throw new FormatError(`RTMP: chunk stream ${id} begins without a whole head`);
  return format === 3
    ? headOfTimeAlone(bytes, size, last, hasBegun(id))
    : shortHead(bytes, size, last, format === 1);
}

/** Section 5.3.1.2.1. */
function wholeHead(bytes: Buffer, id: number, at: number): ChunkHead | undefined {
  const time = timeOf(bytes, at, at + 11);
  if (time === undefined) return undefined;
  const { size, told, extended } = time;
  const own = { id, size, begins: true, timestamp: told, delta: told, extended };
  return { ...own, ...lengthAndType(bytes, at), stream: bytes.readUInt32LE(at + 7) };
}

/** Sections 5.3.1.2.2 and 5.3.1.2.3: the time since the one before, with or without length and type. */
function shortHead(bytes: Buffer, at: number, last: ChunkHead, hasLength: boolean): ChunkHead | undefined {
  const time = timeOf(bytes, at, at + (hasLength ? 7 : 3));
  if (time === undefined) return undefined;
  const { size, told, extended } = time;
  const timestamp = (last.timestamp + told) % round;
  return {
    ...last,
    ...(hasLength ? lengthAndType(bytes, at) : {}),
    ...{ size, begins: true, timestamp, delta: told, extended },
  };
}

/**
 * Section 5.3.1.2.4: nothing, but for the 32 bits of the time, which it repeats where the one before it has them. Some senders leave them away, and what stands there
 * are bytes of the message.
 */
function headOfTimeAlone(bytes: Buffer, at: number, last: ChunkHead, goesOn: boolean): ChunkHead | undefined {
  const isLong = last.extended !== undefined;
  if (isLong && bytes.length < at + 4) return undefined;
  const size = isLong && bytes.readUInt32BE(at) === last.extended ? at + 4 : at;
  const timestamp = goesOn ? last.timestamp : (last.timestamp + last.delta) % round;
  return { ...last, size, begins: false, timestamp };
}

/** Section 5.3.1.1: one to three bytes. */
function basicHead(bytes: Buffer, low: number): { readonly id: number; readonly size: number } | undefined {
  if (low >= 2) return { id: low, size: 1 };
  const size = low === 0 ? 2 : 3;
  if (bytes.length < size) return undefined;
  return { id: low === 0 ? 64 + bytes.readUInt8(1) : 64 + bytes.readUInt16LE(1), size };
}

/** The time of a head whose fields stand from `at` up to `end`; undefined: more bytes are needed. */
function timeOf(bytes: Buffer, at: number, end: number) {
  if (bytes.length < end) return undefined;
  const field = bytes.readUIntBE(at, 3);
  if (field !== isBehind) return { size: end, told: field, extended: undefined };
  if (bytes.length < end + 4) return undefined;
  const told = bytes.readUInt32BE(end);
  return { size: end + 4, told, extended: told };
}

function lengthAndType(bytes: Buffer, at: number): { readonly length: number; readonly type: number } {
  return { length: bytes.readUIntBE(at + 3, 3), type: bytes.readUInt8(at + 6) };
}
