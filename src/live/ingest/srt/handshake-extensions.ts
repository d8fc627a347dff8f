/** What stands in a handshake's extensions (draft-sharabayko-srt, 3.2.1.1 and 3.2.1.3), apart from keys (`key-message.ts`). */

/** Bits of a side's flags (3.2.1.1.1). */
export const capability = {
  timedSending: 0x01,
  timedReceiving: 0x02,
  encryption: 0x04,
  dropsWhatIsLate: 0x08,
  repeatsLossReports: 0x10,
  marksWhatIsSentAgain: 0x20,
  isStream: 0x40,
} as const;

/** What a side can do, and how long it wants a receiver to wait for what was lost. */
export interface Capabilities {
  /** 0x010500: version 1.5.0 of the library. */
  readonly version: number;
  readonly flags: number;
  /** Milliseconds, when it receives. */
  readonly receiveLatency: number;
  /** Milliseconds that it wants the other one to wait. */
  readonly sendLatency: number;
}

/** Undefined for what is too short. */
export function decodeCapabilities(content: Buffer): Capabilities | undefined {
  if (content.length < 12) return undefined;
  return {
    version: content.readUInt32BE(0),
    flags: content.readUInt32BE(4),
    receiveLatency: content.readUInt16BE(8),
    sendLatency: content.readUInt16BE(10),
  };
}

export function encodeCapabilities(capabilities: Capabilities): Buffer {
  const content = Buffer.alloc(12);
  content.writeUInt32BE(capabilities.version, 0);
  content.writeUInt32BE(capabilities.flags, 4);
  content.writeUInt16BE(capabilities.receiveLatency, 8);
  content.writeUInt16BE(capabilities.sendLatency, 10);
  return content;
}

/** A text as it stands in an extension: the bytes of each word backwards, zeros behind. The longest stream id has 512 bytes. */
export function decodeText(content: Buffer): string | undefined {
  if (content.length > 512 || content.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(content).swap32();
  const end = bytes.indexOf(0);
  return bytes.subarray(0, end === -1 ? bytes.length : end).toString();
}

export function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const words = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
  bytes.copy(words);
  return words.swap32();
}
