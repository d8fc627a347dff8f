/** FLV (Adobe, version 10.1, annex E), in which RTMP's media are: messages of audio, video and data become its tags as they are. Pure. */

export const flvTags = { audio: 8, video: 9, script: 18 } as const;

/** The beginning of a file that may have both. */
export function flvHead(): Buffer {
  return Buffer.from([0x46, 0x4c, 0x56, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0]);
}

/** A tag, and its size behind it. `timestamp`: milliseconds, of which 32 bits are kept. */
export function flvTag(type: number, timestamp: number, payload: Buffer): Buffer {
  const size = payload.length;
  const bytes = Buffer.alloc(11 + size + 4);
  bytes.writeUInt8(type, 0);
  bytes.writeUIntBE(size, 1, 3);
  bytes.writeUIntBE(timestamp & 0xffffff, 4, 3);
  bytes.writeUInt8((timestamp >>> 24) & 0xff, 7);
  payload.copy(bytes, 11);
  bytes.writeUInt32BE(11 + size, 11 + size);
  return bytes;
}

/** AVC, and HEVC by usage; AAC (annex E.4.3.1, E.4.2.1). */
const picturesWithHead: readonly number[] = [7, 12];
const aac = 10;

/** Whether a payload says how those behind it are to be read, and is no picture and no sound itself. */
export function isConfiguration(type: number, payload: Buffer): boolean {
  const [first = 0, second] = payload;
  if (type === flvTags.audio) return first >> 4 === aac && second === 0;
  // Enhanced RTMP: the kind of packet stands in the first byte.
  if (first >= 0x80) return (first & 0x0f) === 0;
  return picturesWithHead.includes(first & 0x0f) && second === 0;
}
