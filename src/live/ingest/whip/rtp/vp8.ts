/** VP8 from packets (RFC 7741). Pure. */
import type { Depacketiser, Frame } from './frame.ts';
import type { RtpPacket } from './packet.ts';

const mostBytes = 8 * 1024 * 1024;

export class Vp8Depacketiser implements Depacketiser {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #timestamp: number | undefined;
  #isDamaged = false;

  push({ payload, timestamp, marker }: RtpPacket): Frame | undefined {
    if (payload.length === 0) return undefined;
    const begin = endOfDescriptor(payload);
    if (this.#timestamp !== timestamp) {
      this.#pieces = [];
      this.#bytes = 0;
      this.#timestamp = timestamp;
      // The first packet of a frame begins its first partition.
      if ((payload[0]! & 0x17) !== 0x10) this.#isDamaged = true;
    }
    if (begin === undefined || begin >= payload.length) this.#isDamaged = true;
    else if (this.#bytes <= mostBytes) {
      this.#pieces.push(payload.subarray(begin));
      this.#bytes += payload.length;
    }
    if (this.#bytes > mostBytes) {
      // Too large: nothing of it is kept, and nothing more taken.
      this.#pieces = [];
      this.#isDamaged = true;
    }
    return marker ? this.#finish(timestamp) : undefined;
  }

  lost(): void {
    this.#isDamaged = true;
  }

  #finish(timestamp: number): Frame | undefined {
    const [pieces, isWhole] = [this.#pieces, !this.#isDamaged];
    this.#pieces = [];
    this.#bytes = 0;
    this.#isDamaged = false;
    if (!isWhole || pieces.length === 0) return undefined;
    const bytes = Buffer.concat(pieces);
    // Its head is that of the format itself (RFC 6386, 9.1): the lowest bit is 0 in keyframes, which say their size.
    if ((bytes[0]! & 1) !== 0) return { timestamp, isKeyframe: false, bytes };
    if (bytes.length < 10 || bytes.readUIntBE(3, 3) !== 0x9d012a) return undefined;
    const [width, height] = [bytes.readUInt16LE(6) & 0x3fff, bytes.readUInt16LE(8) & 0x3fff];
    if (width === 0 || height === 0) return undefined;
    return { timestamp, isKeyframe: true, bytes, picture: { width, height } };
  }
}

/** Where the frame's own bytes begin; undefined where the descriptor is cut off. RFC 7741, 4.2. */
function endOfDescriptor(payload: Buffer): number | undefined {
  const first = payload[0]!;
  if ((first & 0x80) === 0) return 1;
  const more = payload[1];
  if (more === undefined) return undefined;
  let at = 2;
  if ((more & 0x80) !== 0) {
    const picture = payload[at];
    if (picture === undefined) return undefined;
    at += (picture & 0x80) === 0 ? 1 : 2;
  }
  if ((more & 0x40) !== 0) at += 1;
  if ((more & 0x30) !== 0) at += 1;
  return at;
}
