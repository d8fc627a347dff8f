/** Bytes of a connection to messages: RTMP's chunk stream (section 5.3). Pure. */
import { FormatError } from '../../../errors.ts';
import { type ChunkHead, longestHead, readChunkHead } from './chunk-head.ts';
import { messageTypes, type RtmpMessage } from './messages.ts';

export interface ChunkLimits {
  /** Bytes of one message. */
  readonly message: number;
  /** Bytes of all messages together that have begun and not ended. */
  readonly held: number;
}

/** Chunk streams of a connection: senders use four to six. */
const mostStreams = 32;
const firstChunkSize = 128;

interface ChunkStream {
  head: ChunkHead;
  /** What has come of the message that has begun, with room behind it for more; undefined: none has. */
  bytes: Buffer | undefined;
  received: number;
}

const nothing = Buffer.alloc(0);

export class ChunkReader {
  readonly #streams = new Map<number, ChunkStream>();
  #limits: ChunkLimits;
  #chunkSize = firstChunkSize;
  /** A head that has not come as a whole. */
  #partial: Buffer = nothing;
  /** The chunk whose bytes come, and how many of them are missing. */
  #chunk: ChunkStream | undefined;
  #left = 0;
  #held = 0;

  constructor(limits: ChunkLimits) {
    this.#limits = limits;
  }

  /** Bytes that wait for the rest of their message. */
  get held(): number {
    return this.#held + this.#partial.length;
  }

  limit(limits: ChunkLimits): void {
    this.#limits = limits;
  }

  /**
   * The messages that are whole now, in their order. Those of the chunk stream itself (its size, an aborted message) take effect here, and are not
   * given. Throws FormatError for what is none, and for what is more than the limits; nothing can be read behind that.
   */
  *push(slice: Buffer): Generator<RtmpMessage> {
    // Of what has come of a head not all need be of it: what is not goes on as the message's.
    const bytes = this.#partial.length === 0 ? slice : Buffer.concat([this.#partial, slice]);
    this.#partial = nothing;
    let at = 0;
    for (;;) {
      if (this.#chunk === undefined) {
        const head = this.#headOf(bytes.subarray(at, at + longestHead));
        if (head === undefined) {
          this.#partial = Buffer.from(bytes.subarray(at));
          return;
        }
        at += head.size;
        this.#chunk = this.#streamOf(head);
        this.#left = Math.min(this.#chunkSize, head.length - this.#chunk.received);
      }
      const piece = bytes.subarray(at, at + this.#left);
      at += piece.length;
      const message = this.#take(this.#chunk, piece);
      if (message !== undefined) yield* this.#given(message);
      if (this.#chunk !== undefined) return;
    }
  }

  #headOf(bytes: Buffer): ChunkHead | undefined {
    return readChunkHead(
      bytes,
      (id) => this.#streams.get(id)?.head,
      (id) => this.#streams.get(id)?.bytes !== undefined,
    );
  }

  #streamOf(head: ChunkHead): ChunkStream {
    const { id, length } = head;
    const known = this.#streams.get(id);
    if (known === undefined && this.#streams.size >= mostStreams)
      throw new FormatError(`RTMP: more than ${mostStreams} chunk streams`);
    if (known?.bytes !== undefined && head.begins)
      throw new FormatError('RTMP: a message begins before the one before it has ended');
    if (length > this.#limits.message)
      throw new FormatError(`RTMP: a message of ${length} bytes, where ${this.#limits.message} are the most`);
    const stream = known ?? { head, bytes: undefined, received: 0 };
    stream.head = head;
    this.#streams.set(id, stream);
    return stream;
  }

  /** The message that these bytes make whole. */
  #take(stream: ChunkStream, piece: Buffer): RtmpMessage | undefined {
    const { head } = stream;
    keep(stream, piece);
    this.#held += piece.length;
    this.#left -= piece.length;
    if (this.#held > this.#limits.held)
      throw new FormatError(`RTMP: more than ${this.#limits.held} bytes in messages that have not ended`);
    if (this.#left > 0) return undefined;
    this.#chunk = undefined;
    if (stream.received < head.length) return undefined;
    const payload = stream.bytes ?? nothing;
    this.#drop(stream);
    return { type: head.type, stream: head.stream, timestamp: head.timestamp, payload };
  }

  /** Begins anew with a chunk stream. */
  #drop(stream: ChunkStream): void {
    this.#held -= stream.received;
    stream.bytes = undefined;
    stream.received = 0;
  }

  *#given(message: RtmpMessage): Generator<RtmpMessage> {
    const { type, payload } = message;
    if (type !== messageTypes.setChunkSize && type !== messageTypes.abort) {
      yield message;
      return;
    }
    if (payload.length < 4) throw new FormatError(`RTMP: a control message of ${payload.length} bytes`);
    const number = payload.readUInt32BE();
    if (type === messageTypes.abort) {
      const stream = this.#streams.get(number);
      if (stream !== undefined) this.#drop(stream);
      return;
    }
    // Section 5.4.1: 31 bits, and no message is longer than 24.
    if (number === 0 || number > 0x7fffffff) throw new FormatError(`RTMP: a chunk size of ${number}`);
    this.#chunkSize = number;
  }
}

/**
 * Adds to what has come of a message. One that comes whole is not copied. Others are, into one buffer: as slices, which a stranger may make of one byte each, they would cost a
 * hundred times of what is counted as held.
 */
function keep(stream: ChunkStream, piece: Buffer): void {
  const { head, received, bytes = nothing } = stream;
  const size = received + piece.length;
  stream.received = size;
  if (size === head.length && received === 0) stream.bytes = piece;
  else {
    if (size > bytes.length) {
      stream.bytes = Buffer.allocUnsafe(Math.min(head.length, Math.max(size, 2 * bytes.length)));
      bytes.copy(stream.bytes, 0, 0, received);
    }
    piece.copy(stream.bytes ?? nothing, received);
  }
}
