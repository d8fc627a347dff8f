/** H.264 from packets (RFC 6184): single units, several in one (STAP-A), and units in pieces (FU-A), to pictures with their lengths before each unit. Pure. */
import type { Depacketiser, Frame } from './frame.ts';
import { H264Sets } from './h264-sets.ts';
import type { RtpPacket } from './packet.ts';

const kinds = { slice: 1, idr: 5, sequence: 7, picture: 8, delimiter: 9, filler: 12, several: 24, piece: 28 };
/** More than this is no picture that a browser sends. */
const mostBytes = 8 * 1024 * 1024;

export class H264Depacketiser implements Depacketiser {
  /** Of the picture under way. */
  #units: Buffer[] = [];
  #bytes = 0;
  #timestamp: number | undefined;
  /** Pieces of the unit under way. */
  #pieces: Buffer[] | undefined;
  #isDamaged = false;
  readonly #sets = new H264Sets();

  /** `sets`: parameter sets that the offer names (sprop-parameter-sets). */
  constructor(sets: readonly Buffer[] = []) {
    for (const set of sets) this.#note(set);
  }

  push({ payload, timestamp, marker }: RtpPacket): Frame | undefined {
    if (payload.length === 0) return undefined;
    // Of a picture whose end was lost nothing is kept. What was missing may have been of this one too: the damage stays.
    if (this.#timestamp !== timestamp) this.#begin(timestamp);
    if (this.#bytes <= mostBytes) this.#take(payload);
    if (this.#bytes > mostBytes) this.#drop();
    return marker ? this.#finish() : undefined;
  }

  lost(): void {
    this.#isDamaged = true;
    this.#pieces = undefined;
  }

  /** It is too large: nothing of it is kept, and nothing more taken. */
  #drop(): void {
    this.#units = [];
    this.lost();
  }

  #begin(timestamp: number): void {
    this.#units = [];
    this.#bytes = 0;
    this.#pieces = undefined;
    this.#timestamp = timestamp;
  }

  #take(payload: Buffer): void {
    const kind = payload[0]! & 0x1f;
    if (kind > 0 && kind < kinds.several) this.#add(payload);
    else if (kind === kinds.several) this.#takeSeveral(payload);
    else if (kind === kinds.piece && payload.length > 2) this.#takePiece(payload);
    else this.#isDamaged = true;
  }

  #takeSeveral(payload: Buffer): void {
    for (let at = 1; at + 2 <= payload.length; ) {
      const end = at + 2 + payload.readUInt16BE(at);
      const unit = payload.subarray(at + 2, end);
      if (end > payload.length || unit.length === 0) {
        this.#isDamaged = true;
        return;
      }
      this.#add(unit);
      at = end;
    }
  }

  #takePiece(payload: Buffer): void {
    const head = payload[1]!;
    const [isFirst, isLast] = [(head & 0x80) !== 0, (head & 0x40) !== 0];
    // The head of the unit itself is spread over both.
    if (isFirst) this.#pieces = [Buffer.from([(payload[0]! & 0xe0) | (head & 0x1f)])];
    if (this.#pieces === undefined) {
      this.#isDamaged = true;
      return;
    }
    this.#pieces.push(payload.subarray(2));
    this.#bytes += payload.length;
    if (!isLast) return;
    const unit = Buffer.concat(this.#pieces);
    this.#pieces = undefined;
    this.#add(unit);
  }

  #add(unit: Buffer): void {
    const kind = unit[0]! & 0x1f;
    if (kind === kinds.delimiter || kind === kinds.filler) return;
    this.#note(unit);
    this.#units.push(unit);
    this.#bytes += unit.length;
  }

  #note(unit: Buffer): void {
    const kind = (unit[0] ?? 0) & 0x1f;
    if (kind === kinds.sequence) this.#sets.noteSequence(unit);
    if (kind === kinds.picture) this.#sets.notePicture(unit);
  }

  #finish(): Frame | undefined {
    const [units, timestamp, isWhole] = [
      this.#units,
      this.#timestamp ?? 0,
      !this.#isDamaged && this.#pieces === undefined,
    ];
    this.#units = [];
    this.#bytes = 0;
    this.#pieces = undefined;
    this.#isDamaged = false;
    if (!isWhole || !units.some((unit) => isSlice(unit))) return undefined;
    if (!units.some((unit) => (unit[0]! & 0x1f) === kinds.idr))
      return { timestamp, isKeyframe: false, bytes: withLengths(units) };
    const sets = this.#sets.whole;
    // A keyframe without its parameters is none.
    if (sets === undefined) return undefined;
    const others = units.filter((unit) => ![kinds.sequence, kinds.picture].includes(unit[0]! & 0x1f));
    const bytes = withLengths([...sets.units, ...others]);
    return { timestamp, isKeyframe: true, bytes, picture: sets.head };
  }
}

function isSlice(unit: Buffer): boolean {
  const kind = unit[0]! & 0x1f;
  return kind >= kinds.slice && kind <= kinds.idr;
}

function withLengths(units: readonly Buffer[]): Buffer {
  const parts = units.flatMap((unit) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(unit.length);
    return [length, unit];
  });
  return Buffer.concat(parts);
}
