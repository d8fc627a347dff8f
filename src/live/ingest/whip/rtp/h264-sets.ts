/** Parameter sets of H.264 (ITU-T H.264, 7.3.2.1 and 7.3.2.2), as they come among its units: some encoders send them once. Pure. */
import { Bits } from '../../../mp4/bits.ts';
import { avcSize } from '../../../mp4/parameter-sets.ts';
import type { PictureHead } from './frame.ts';

/** Sets for pictures that are kept: encoders have one, or two. */
const most = 16;
/** Bytes in which the number of a set stands, emulation prevention and all. */
const numbered = 9;

export class H264Sets {
  #sequence: Buffer | undefined;
  /** By their numbers. */
  readonly #pictures = new Map<number, Buffer>();

  /** With another sequence its pictures have other sets. What is too short to be one is passed over. */
  noteSequence(unit: Buffer): void {
    if (unit.length < 4) return;
    if (this.#sequence?.equals(unit) === false) this.#pictures.clear();
    this.#sequence = unit;
  }

  notePicture(unit: Buffer): void {
    const number = numberOf(unit);
    if (number === undefined) return;
    this.#pictures.set(number, unit);
    const [oldest] = this.#pictures.keys();
    if (oldest !== undefined && this.#pictures.size > most) this.#pictures.delete(oldest);
  }

  /** All of them, as they stand before a keyframe, and what they say of it; undefined: they are not all there, or make no sense. */
  get whole(): { readonly units: readonly Buffer[]; readonly head: PictureHead } | undefined {
    const [sequence, pictures] = [this.#sequence, [...this.#pictures.values()]];
    if (sequence === undefined || pictures.length === 0) return undefined;
    try {
      const { width, height } = avcSize(sequence);
      if (width < 1 || height < 1 || width > 8192 || height > 8192) return undefined;
      const head = { width, height, configuration: configuration(sequence, pictures) };
      return { units: [sequence, ...pictures], head };
    } catch {
      return undefined;
    }
  }
}

function numberOf(unit: Buffer): number | undefined {
  try {
    return new Bits(unit.subarray(1, numbered)).golomb();
  } catch {
    return undefined;
  }
}

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1), with lengths of four bytes. */
function configuration(sequence: Buffer, pictures: readonly Buffer[]): Buffer {
  const withLength = (set: Buffer): Buffer =>
    Buffer.concat([Buffer.from([set.length >> 8, set.length & 0xff]), set]);
  return Buffer.concat([
    Buffer.from([1, sequence[1]!, sequence[2]!, sequence[3]!, 0xff, 0xe1]),
    withLength(sequence),
    Buffer.from([pictures.length]),
    ...pictures.map(withLength),
  ]);
}
