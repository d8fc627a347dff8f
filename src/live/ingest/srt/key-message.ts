/** The message by which a sender tells its keys (draft-sharabayko-srt, 3.2.2), in a handshake and whenever it takes new ones. */

export interface KeyMessage {
  /** Which keys it holds. */
  readonly keys: 'even' | 'odd' | 'both';
  /** 2: AES-CTR; 4: AES-GCM. */
  readonly cipher: number;
  /** 16 bytes. */
  readonly salt: Buffer;
  /** Bytes of a key: 16, 24 or 32. */
  readonly keyLength: number;
  /** The keys one behind the other, wrapped (RFC 3394). */
  readonly wrapped: Buffer;
}

export const cipherCounter = 2;
const head = Buffer.from('122029', 'hex');

/** Undefined for what is no such message. */
export function decodeKeyMessage(content: Buffer): KeyMessage | undefined {
  if (content.length < 32 || !content.subarray(0, 3).equals(head)) return undefined;
  const keys = keysOf(content.readUInt8(3) & 3);
  const keyLength = content.readUInt8(15) * 4;
  const isSalted = content.readUInt8(14) === 4;
  if (keys === undefined || !isSalted || ![16, 24, 32].includes(keyLength)) return undefined;
  const wrapped = content.subarray(32);
  if (wrapped.length !== keyLength * (keys === 'both' ? 2 : 1) + 8) return undefined;
  return { keys, cipher: content.readUInt8(8), salt: content.subarray(16, 32), keyLength, wrapped };
}

function keysOf(bits: number): KeyMessage['keys'] | undefined {
  return ([undefined, 'even', 'odd', 'both'] as const)[bits];
}

export function encodeKeyMessage(message: KeyMessage): Buffer {
  const content = Buffer.alloc(32);
  head.copy(content);
  content.writeUInt8(['', 'even', 'odd', 'both'].indexOf(message.keys), 3);
  content.writeUInt8(message.cipher, 8);
  content.writeUInt8(2, 10);
  content.writeUInt8(4, 14);
  content.writeUInt8(message.keyLength / 4, 15);
  message.salt.copy(content, 16);
  return Buffer.concat([content, message.wrapped]);
}
