/** What senders of RTMP say, byte by byte, in all the ways that they may: for tests. */
import { type AmfValue, encodeAmf } from '../../src/live/ingest/rtmp/amf0.ts';
import { messageTypes, type RtmpMessage } from '../../src/live/ingest/rtmp/messages.ts';

/** C0, C1 and C2. */
export const clientHandshake: Buffer = Buffer.concat([Buffer.from([3]), Buffer.alloc(1536 * 2, 7)]);

/** A message on a chunk stream of its sender's choice. */
export interface SentMessage extends RtmpMessage {
  readonly chunkStream: number;
}

interface Before {
  readonly timestamp: number;
  readonly field: number;
  readonly message: SentMessage;
}

/** A connection's sending side: leaves out whatever may be left out, unless it is told not to. */
export class ChunkSender {
  readonly #before = new Map<number, Before>();
  chunkSize = 128;

  /** The chunks of a message. `whole`: with a head that leaves out nothing. */
  chunks(message: SentMessage, whole = false): Buffer[] {
    const { chunkStream, payload, timestamp } = message;
    const before = this.#before.get(chunkStream);
    const format = whole ? 0 : formatOf(message, before);
    const field = format === 0 ? timestamp : timestamp - (before?.timestamp ?? 0);
    this.#before.set(chunkStream, { timestamp, field, message });
    const extended = field >= 0xffffff;
    const first = Buffer.concat([
      basicHead(format, chunkStream),
      head(format, extended ? 0xffffff : field, message),
      extended ? word(field) : Buffer.alloc(0),
      payload.subarray(0, this.chunkSize),
    ]);
    const others: Buffer[] = [];
    for (let at = this.chunkSize; at < payload.length; at += this.chunkSize)
      others.push(
        Buffer.concat([
          basicHead(3, chunkStream),
          extended ? word(field) : Buffer.alloc(0),
          payload.subarray(at, at + this.chunkSize),
        ]),
      );
    return [first, ...others];
  }

  bytes(message: SentMessage, whole = false): Buffer {
    return Buffer.concat(this.chunks(message, whole));
  }

  command(...values: readonly AmfValue[]): Buffer {
    return this.bytes({
      chunkStream: 3,
      type: messageTypes.command,
      stream: 1,
      timestamp: 0,
      payload: encodeAmf(values),
    });
  }

  /** From now on its chunks have so many bytes. */
  setChunkSize(size: number): Buffer {
    const payload = word(size);
    const bytes = this.bytes({
      chunkStream: 2,
      type: messageTypes.setChunkSize,
      stream: 0,
      timestamp: 0,
      payload,
    });
    this.chunkSize = size;
    return bytes;
  }

  /** Up to the media, as FFmpeg says it. */
  publish(name: string, app = 'live'): Buffer {
    return Buffer.concat([
      this.command('connect', 1, { app, type: 'nonprivate', tcUrl: `rtmp://127.0.0.1/${app}` }),
      this.command('releaseStream', 2, null, name),
      this.command('FCPublish', 3, null, name),
      this.command('createStream', 4, null),
      this.command('publish', 5, null, name, 'live'),
    ]);
  }

  media(type: number, timestamp: number, payload: Buffer): Buffer {
    return this.bytes({
      chunkStream: type === messageTypes.audio ? 4 : 6,
      type,
      stream: 1,
      timestamp,
      payload,
    });
  }
}

function formatOf(message: SentMessage, before: Before | undefined): number {
  if (before === undefined || message.timestamp < before.timestamp) return 0;
  const { message: last } = before;
  if (last.stream !== message.stream) return 0;
  if (last.type !== message.type || last.payload.length !== message.payload.length) return 1;
  return message.timestamp - before.timestamp === before.field ? 3 : 2;
}

function basicHead(format: number, id: number): Buffer {
  if (id < 64) return Buffer.from([(format << 6) | id]);
  if (id < 320) return Buffer.from([format << 6, id - 64]);
  return Buffer.from([(format << 6) | 1, (id - 64) & 0xff, (id - 64) >> 8]);
}

function head(format: number, field: number, { payload, type, stream }: SentMessage): Buffer {
  const bytes = Buffer.alloc(11);
  bytes.writeUIntBE(field, 0, 3);
  bytes.writeUIntBE(payload.length, 3, 3);
  bytes.writeUInt8(type, 6);
  bytes.writeUInt32LE(stream, 7);
  return bytes.subarray(0, [11, 7, 3, 0][format]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Bytes in pieces that end where they like. */
export function inPieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((one, other) => one - other);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}
