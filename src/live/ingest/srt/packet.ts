/** Datagrams of SRT (draft-sharabayko-srt, 3): 16 bytes of header, then media or what one side tells the other. */

/** Control packets by their numbers (3.2, table 1), those that count here. */
export const control = {
  handshake: 0,
  keepAlive: 1,
  acknowledge: 2,
  lossReport: 3,
  shutdown: 5,
  acknowledgeAgain: 6,
  drop: 7,
  extended: 0x7fff,
} as const;

/** What stands in the subtype of an extended control packet, and as the type of a handshake's extension (3.2.1). */
export const extension = {
  request: 1,
  response: 2,
  keyRequest: 3,
  keyResponse: 4,
  streamId: 5,
  congestionControl: 6,
  filter: 7,
  group: 8,
} as const;

/** Which of a sender's two keys a payload is encrypted with (the KK field). */
export type KeyOfPayload = 'none' | 'even' | 'odd' | 'both';
const keysOfPayload: readonly KeyOfPayload[] = ['none', 'even', 'odd', 'both'];

export interface DataPacket {
  readonly kind: 'data';
  readonly sequence: number;
  readonly key: KeyOfPayload;
  readonly isSentAgain: boolean;
  /** The receiver's socket. */
  readonly destination: number;
  readonly payload: Buffer;
}

export interface ControlPacket {
  readonly kind: 'control';
  readonly type: number;
  readonly subtype: number;
  /** What the type says it is: an acknowledgement's number, a message's. */
  readonly info: number;
  /** The receiver's socket; 0: nobody in particular, as in the first handshakes. */
  readonly destination: number;
  readonly content: Buffer;
}

export type Packet = DataPacket | ControlPacket;

export const headerLength = 16;

/** Undefined for what is no packet. Payload and content are views of the datagram. */
export function decodePacket(datagram: Buffer): Packet | undefined {
  if (datagram.length < headerLength) return undefined;
  const first = datagram.readUInt32BE(0);
  const second = datagram.readUInt32BE(4);
  const destination = datagram.readUInt32BE(12);
  const rest = datagram.subarray(headerLength);
  if (first >= 0x80000000) {
    const type = (first >>> 16) & 0x7fff;
    return { kind: 'control', type, subtype: first & 0xffff, info: second, destination, content: rest };
  }
  const key = keysOfPayload[(second >>> 27) & 3] ?? 'none';
  const isSentAgain = (second & 0x04000000) !== 0;
  return { kind: 'data', sequence: first, key, isSentAgain, destination, payload: rest };
}

/** A control packet as a datagram. `time`: microseconds since the connection began, of which 32 bits are told. */
export function encodeControl(packet: {
  readonly type: number;
  readonly subtype?: number;
  readonly info?: number;
  readonly time: number;
  readonly destination: number;
  readonly content?: Buffer;
}): Buffer {
  const { type, subtype = 0, info = 0, time, destination, content } = packet;
  const datagram = Buffer.alloc(headerLength + (content?.length ?? 0));
  datagram.writeUInt32BE((0x80000000 | (type << 16) | subtype) >>> 0, 0);
  datagram.writeUInt32BE(info, 4);
  datagram.writeUInt32BE(Math.floor(time) % 2 ** 32, 8);
  datagram.writeUInt32BE(destination, 12);
  content?.copy(datagram, headerLength);
  return datagram;
}
