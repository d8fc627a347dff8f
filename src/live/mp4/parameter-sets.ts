/** The colours (and of H.264 the size) that a sequence parameter set of H.264 (ITU-T H.264, 7.3.2.1 and E.1) or HEVC (H.265, 7.3.2.2 and E.2) tells: all before them has to be read. */
import type { Colours } from '../../records/colours.ts';
import { Bits } from './bits.ts';

/** Profiles of H.264 that say how their chroma is coded. */
const highProfiles = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/** `unit`: a NAL unit with its header. Undefined where it does not tell. Throws FormatError for what is none. */
export function avcColours(unit: Buffer): Colours | undefined {
  const bits = new Bits(unit.subarray(1));
  readAvcSize(bits);
  return bits.flag() ? describedColours(bits) : undefined;
}

/** The size of H.264's pictures in pixels, as they are seen. `unit` as above. Throws FormatError for what is none. */
export function avcSize(unit: Buffer): { readonly width: number; readonly height: number } {
  return readAvcSize(new Bits(unit.subarray(1)));
}

/** All that stands before vui_parameters. */
function readAvcSize(bits: Bits): { readonly width: number; readonly height: number } {
  const profile = bits.number(8);
  bits.skip(16);
  bits.golomb();
  let chroma = 1;
  let isApart = false;
  if (highProfiles.includes(profile)) {
    chroma = bits.golomb();
    if (chroma === 3) isApart = bits.flag();
    bits.skipGolombs(2);
    bits.skip(1);
    if (bits.flag())
      for (let index = 0; index < (chroma === 3 ? 12 : 8); index++) skipScaling(bits, index < 6 ? 16 : 64);
  }
  bits.golomb();
  const order = bits.golomb();
  if (order === 0) bits.golomb();
  if (order === 1) {
    bits.skip(1);
    bits.skipGolombs(2);
    bits.skipGolombs(bits.golomb());
  }
  bits.golomb();
  bits.skip(1);
  const blocksAcross = bits.golomb() + 1;
  const unitsDown = bits.golomb() + 1;
  // Pictures of fields say one thing more.
  const isWhole = bits.flag();
  if (!isWhole) bits.skip(1);
  bits.skip(1);
  const crop = bits.flag() ? [bits.golomb(), bits.golomb(), bits.golomb(), bits.golomb()] : [];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const lines = isWhole ? 1 : 2;
  // In units of the chroma's samples (ITU-T H.264, 7.4.2.1.1); where there is none, of the picture's.
  const isSampled = !isApart && chroma !== 0;
  const across = isSampled && chroma !== 3 ? 2 : 1;
  const down = isSampled && chroma === 1 ? 2 : 1;
  return {
    width: blocksAcross * 16 - across * (left + right),
    height: (unitsDown * 16 - down * (top + bottom)) * lines,
  };
}

function skipScaling(bits: Bits, size: number): void {
  if (!bits.flag()) return;
  let [last, next] = [8, 8];
  for (let index = 0; index < size && next !== 0; index++) {
    next = (last + signed(bits.golomb()) + 256) % 256;
    if (next !== 0) last = next;
  }
}

/** se(v) of ue(v). */
function signed(number: number): number {
  return number % 2 === 1 ? (number + 1) / 2 : -number / 2;
}

/** The same of HEVC. */
export function hevcColours(unit: Buffer): Colours | undefined {
  const bits = new Bits(unit.subarray(2));
  bits.skip(4);
  const layers = bits.number(3);
  bits.skip(1);
  skipLevels(bits, layers);
  bits.golomb();
  if (bits.golomb() === 3) bits.skip(1);
  bits.skipGolombs(2);
  if (bits.flag()) bits.skipGolombs(4);
  bits.skipGolombs(2);
  const countBits = bits.golomb() + 4;
  bits.skipGolombs(3 * (bits.flag() ? layers + 1 : 1));
  bits.skipGolombs(6);
  if (bits.flag() && bits.flag()) skipScalingLists(bits);
  bits.skip(2);
  if (bits.flag()) {
    bits.skip(8);
    bits.skipGolombs(2);
    bits.skip(1);
  }
  skipReferences(bits);
  if (bits.flag()) bits.skip(bits.golomb() * (countBits + 1));
  bits.skip(2);
  return bits.flag() ? describedColours(bits) : undefined;
}

/** profile_tier_level (7.3.3). */
function skipLevels(bits: Bits, layers: number): void {
  bits.skip(96);
  const present = Array.from({ length: layers }, () => [bits.flag(), bits.flag()] as const);
  if (layers > 0) bits.skip(2 * (8 - layers));
  for (const [profile, level] of present) bits.skip((profile ? 88 : 0) + (level ? 8 : 0));
}

/** scaling_list_data (7.3.4). */
function skipScalingLists(bits: Bits): void {
  for (let size = 0; size < 4; size++)
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (!bits.flag()) bits.golomb();
      else bits.skipGolombs(Math.min(64, 1 << (4 + size * 2)) + (size > 1 ? 1 : 0));
    }
}

/** All of st_ref_pic_set (7.3.7): how long one of them is depends on the one before it. */
function skipReferences(bits: Bits): void {
  const sets = bits.golomb();
  let pictures = 0;
  for (let set = 0; set < sets; set++) {
    if (set > 0 && bits.flag()) {
      bits.skip(1);
      bits.golomb();
      const before = pictures;
      pictures = 0;
      for (let index = 0; index <= before; index++) if (bits.flag() || bits.flag()) pictures++;
    } else {
      pictures = bits.golomb() + bits.golomb();
      for (let index = 0; index < pictures; index++) {
        bits.golomb();
        bits.skip(1);
      }
    }
  }
}

/** The begin of vui_parameters, which is the same in both. */
function describedColours(bits: Bits): Colours | undefined {
  const extended = 255;
  if (bits.flag() && bits.number(8) === extended) bits.skip(32);
  if (bits.flag()) bits.skip(1);
  if (!bits.flag()) return undefined;
  bits.skip(4);
  if (!bits.flag()) return undefined;
  return { primaries: bits.number(8), transfer: bits.number(8), matrix: bits.number(8) };
}
