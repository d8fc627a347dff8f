/** Messages of RTMP (Adobe, 2012, sections 5.4 and 7.1), whole, as they are between chunks and their meaning. */

export interface RtmpMessage {
  readonly type: number;
  /** The message stream that it belongs to; 0: the connection itself. */
  readonly stream: number;
  /** Milliseconds, modulo 2^32. */
  readonly timestamp: number;
  readonly payload: Buffer;
}

/** Those that somebody here says, or listens to. */
export const messageTypes = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowAcknowledgement: 5,
  peerBandwidth: 6,
  audio: 8,
  video: 9,
  command3: 17,
  data: 18,
  command: 20,
} as const;

/** Events of user control messages. Section 7.1.7. */
export const controlEvents = { streamBegin: 0, pingRequest: 6, pingResponse: 7 } as const;

function controlMessage(type: number, payload: Buffer): RtmpMessage {
  return { type, stream: 0, timestamp: 0, payload };
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function setChunkSize(size: number): RtmpMessage {
  return controlMessage(messageTypes.setChunkSize, number(size));
}

/** `count`: bytes that have come, modulo 2^32. */
export function acknowledgement(count: number): RtmpMessage {
  return controlMessage(messageTypes.acknowledgement, number(count % 2 ** 32));
}

export function windowAcknowledgement(bytes: number): RtmpMessage {
  return controlMessage(messageTypes.windowAcknowledgement, number(bytes));
}

/** Limit type 2: dynamic. */
export function peerBandwidth(bytes: number): RtmpMessage {
  return controlMessage(messageTypes.peerBandwidth, Buffer.concat([number(bytes), Buffer.from([2])]));
}

export function userControl(event: number, data: Buffer): RtmpMessage {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(event);
  return controlMessage(messageTypes.userControl, Buffer.concat([head, data]));
}

export function streamBegin(stream: number): RtmpMessage {
  return userControl(controlEvents.streamBegin, number(stream));
}
