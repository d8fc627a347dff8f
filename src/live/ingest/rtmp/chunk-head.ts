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

const fieldSizes = [11, 7, 3, 0] as const;
/** 24 bits that say: the time stands behind the head. */
const isBehind = 0xffffff;

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
  const format = first >> 6;
  const basic = basicHead(bytes, first & 0x3f);
  if (basic === undefined) return undefined;
  const { id } = basic;
  const fields = fieldSizes[format] ?? 0;
  const at = basic.size + fields;
  if (bytes.length < at) return undefined;
  const last = before(id);
  if (last === undefined && format !== 0)
    throw new FormatError(`RTMP: chunk stream ${id} begins without a whole head`);
  const field = fields === 0 ? 0 : bytes.readUIntBE(basic.size, 3);
  const extended = fields === 0 ? repeated(bytes, at, last?.extended) : behind(bytes, at, field);
  if (extended === 'missing') return undefined;
  const told = extended ?? field;
  const common = {
    id,
    size: at + (extended === undefined || extended === 'absent' ? 0 : 4),
    begins: format !== 3,
    length: fields >= 7 ? bytes.readUIntBE(basic.size + 3, 3) : (last?.length ?? 0),
    type: fields >= 7 ? bytes.readUInt8(basic.size + 6) : (last?.type ?? 0),
    stream: fields === 11 ? bytes.readUInt32LE(basic.size + 7) : (last?.stream ?? 0),
  };
  if (format === 3) {
    const { timestamp = 0, delta = 0 } = last ?? {};
    const next = hasBegun(id) ? timestamp : (timestamp + delta) % 2 ** 32;
    return { ...common, timestamp: next, delta, extended: last?.extended };
  }
  const delta = Number(told);
  const timestamp = format === 0 ? delta : ((last?.timestamp ?? 0) + delta) % 2 ** 32;
  return { ...common, timestamp, delta, extended: typeof extended === 'number' ? extended : undefined };
}

/** Section 5.3.1.1: one to three bytes. */
function basicHead(bytes: Buffer, low: number): { readonly id: number; readonly size: number } | undefined {
  if (low >= 2) return { id: low, size: 1 };
  const size = low === 0 ? 2 : 3;
  if (bytes.length < size) return undefined;
  return { id: low === 0 ? 64 + bytes.readUInt8(1) : 64 + bytes.readUInt16LE(1), size };
}

type Extended = number | undefined | 'absent' | 'missing';

function behind(bytes: Buffer, at: number, field: number): Extended {
  if (field !== isBehind) return undefined;
  return bytes.length < at + 4 ? 'missing' : bytes.readUInt32BE(at);
}

/** A head without fields repeats the 32 bits of the one before it; some senders leave them away, and what stands there are bytes of the message. */
function repeated(bytes: Buffer, at: number, before: number | undefined): Extended {
  if (before === undefined) return undefined;
  if (bytes.length < at + 4) return 'missing';
  return bytes.readUInt32BE(at) === before ? before : 'absent';
}
