/** Messages to bytes of a connection (RTMP, section 5.3): whole heads, for what a server says is little. Pure. */
import { messageTypes, type RtmpMessage } from './messages.ts';

/** Chunk streams: 2 is that of the protocol itself. */
const ofProtocol = 2;
const ofCommands = 3;
const mostTime = 0xffffff;

/** The chunks of a message, of which none has more than `chunkSize` bytes. */
export function writeMessage({ type, stream, timestamp, payload }: RtmpMessage, chunkSize: number): Buffer {
  const id = type < messageTypes.audio ? ofProtocol : ofCommands;
  const isLong = timestamp >= mostTime;
  const extended = Buffer.alloc(isLong ? 4 : 0);
  if (isLong) extended.writeUInt32BE(timestamp);
  const head = Buffer.alloc(12);
  head.writeUInt8(id, 0);
  head.writeUIntBE(isLong ? mostTime : timestamp, 1, 3);
  head.writeUIntBE(payload.length, 4, 3);
  head.writeUInt8(type, 7);
  head.writeUInt32LE(stream, 8);
  const pieces = [head, extended, payload.subarray(0, chunkSize)];
  for (let at = chunkSize; at < payload.length; at += chunkSize)
    pieces.push(Buffer.from([0xc0 | id]), extended, payload.subarray(at, at + chunkSize));
  return Buffer.concat(pieces);
}
