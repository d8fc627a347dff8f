/** The handshake of SRT (draft-sharabayko-srt, 3.2.1): what a caller and a listener tell each other before any media. */

/** Kinds of handshakes; a refusal has 1000 and its reason in their place (`reasons.ts`). */
export const handshakeType = { induction: 1, conclusion: 0xffffffff } as const;

/** What stands in the extension field of an induction's answer: the listener speaks version 5. */
export const magic = 0x4a17;
/** Bits of the extension field of a conclusion: which extensions come behind. */
export const hasExtension = { request: 1, keys: 2, settings: 4 } as const;

export interface HandshakeExtension {
  /** One of `extension` of `packet.ts`. */
  readonly type: number;
  /** Whole words of four bytes. */
  readonly content: Buffer;
}

export interface Handshake {
  readonly version: number;
  /** Length of the sender's key in units of 8 bytes; 0: not told. */
  readonly encryption: number;
  readonly extensionField: number;
  /** Number of the first data packet. */
  readonly initialSequence: number;
  /** Bytes of a datagram at the most, with the headers of IP and UDP. */
  readonly maximumSegment: number;
  /** Packets that may be on their way. */
  readonly flowWindow: number;
  readonly type: number;
  /** Socket of who sends this. */
  readonly socket: number;
  readonly cookie: number;
  /** Address of who this is sent to, 16 bytes. */
  readonly peerAddress: Buffer;
  readonly extensions: readonly HandshakeExtension[];
}

export const handshakeLength = 48;

/** Undefined where the bytes are no handshake, or an extension is longer than what is there. */
export function decodeHandshake(content: Buffer): Handshake | undefined {
  if (content.length < handshakeLength) return undefined;
  const version = content.readUInt32BE(0);
  // What stands behind version 4 are no extensions.
  const extensions = version < 5 ? [] : decodeExtensions(content.subarray(handshakeLength));
  if (extensions === undefined) return undefined;
  return {
    version,
    encryption: content.readUInt16BE(4),
    extensionField: content.readUInt16BE(6),
    initialSequence: content.readUInt32BE(8) & 0x7fffffff,
    maximumSegment: content.readUInt32BE(12),
    flowWindow: content.readUInt32BE(16),
    type: content.readUInt32BE(20),
    socket: content.readUInt32BE(24),
    cookie: content.readUInt32BE(28),
    peerAddress: content.subarray(32, 48),
    extensions,
  };
}

function decodeExtensions(bytes: Buffer): HandshakeExtension[] | undefined {
  const extensions: HandshakeExtension[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt16BE(at + 2) * 4;
    extensions.push({ type: bytes.readUInt16BE(at), content: bytes.subarray(at + 4, end) });
    at = end;
  }
  return at === bytes.length ? extensions : undefined;
}

export function encodeHandshake(handshake: Handshake): Buffer {
  const head = Buffer.alloc(handshakeLength);
  head.writeUInt32BE(handshake.version, 0);
  head.writeUInt16BE(handshake.encryption, 4);
  head.writeUInt16BE(handshake.extensionField, 6);
  head.writeUInt32BE(handshake.initialSequence, 8);
  head.writeUInt32BE(handshake.maximumSegment, 12);
  head.writeUInt32BE(handshake.flowWindow, 16);
  head.writeUInt32BE(handshake.type, 20);
  head.writeUInt32BE(handshake.socket, 24);
  head.writeUInt32BE(handshake.cookie, 28);
  handshake.peerAddress.copy(head, 32, 0, 16);
  const blocks = handshake.extensions.flatMap(({ type, content }) => {
    const blockHead = Buffer.alloc(4);
    blockHead.writeUInt16BE(type, 0);
    blockHead.writeUInt16BE(content.length / 4, 2);
    return [blockHead, content];
  });
  return Buffer.concat([head, ...blocks]);
}
