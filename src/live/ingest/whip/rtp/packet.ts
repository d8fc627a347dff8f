/** A packet of RTP (RFC 3550, 5.1), taken apart. Pure. */

export interface RtpPacket {
  readonly marker: boolean;
  readonly payloadType: number;
  /** 16 bits. */
  readonly sequence: number;
  /** 32 bits. */
  readonly timestamp: number;
  readonly ssrc: number;
  /** Empty where the packet has padding alone: senders probe a path by them. */
  readonly payload: Buffer;
  /** Its number among all packets of the transport, 16 bits (draft-holmer-rmcat-transport-wide-cc-extensions); absent where it has none. */
  readonly transportSequence?: number;
}

/** What shares a port with RTP and is not RTP, by its second byte (RFC 5761, 4). */
export function isRtcp(bytes: Buffer): boolean {
  const type = bytes[1] ?? 0;
  return type >= 192 && type <= 223;
}

/** `transportExtension`: the id that the transport's numbers have among header extensions. Undefined: it is no packet of RTP. */
export function parseRtp(bytes: Buffer, transportExtension?: number): RtpPacket | undefined {
  // What is shorter than its head ends before its payload begins.
  if (bytes[0]! >> 6 !== 2) return undefined;
  const first = bytes[0]!;
  const second = bytes[1]!;
  let begin = 12 + 4 * (first & 0x0f);
  let transportSequence: number | undefined;
  if ((first & 0x10) !== 0) {
    if (begin + 4 > bytes.length) return undefined;
    const end = begin + 4 + 4 * bytes.readUInt16BE(begin + 2);
    if (end > bytes.length) return undefined;
    if (transportExtension !== undefined) {
      const found = extension(bytes.subarray(begin + 4, end), bytes.readUInt16BE(begin), transportExtension);
      if (found !== undefined && found.length >= 2) transportSequence = found.readUInt16BE(0);
    }
    begin = end;
  }
  const padding = (first & 0x20) === 0 ? 0 : bytes[bytes.length - 1]!;
  const end = bytes.length - padding;
  if (end < begin) return undefined;
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: bytes.subarray(begin, end),
    ...(transportSequence === undefined ? {} : { transportSequence }),
  };
}

/** Of heads of one byte and of two (RFC 8285, 4.2 and 4.3). */
function extension(bytes: Buffer, profile: number, id: number): Buffer | undefined {
  const isShort = profile === 0xbede;
  if (!isShort && profile >> 4 !== 0x100) return undefined;
  for (let at = 0; at < bytes.length; ) {
    const head = bytes[at]!;
    if (head === 0) {
      at += 1;
      continue;
    }
    const own = isShort ? head >> 4 : head;
    if (isShort && own === 15) return undefined;
    const length = isShort ? (head & 0x0f) + 1 : (bytes[at + 1] ?? 0);
    const begin = at + (isShort ? 1 : 2);
    if (own === id) return begin + length <= bytes.length ? bytes.subarray(begin, begin + length) : undefined;
    at = begin + length;
  }
  return undefined;
}
