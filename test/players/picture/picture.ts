/**
 * A picture that says which one it is: its number in light and dark fields, twice, the second time inverted, and a colour in each
 * corner. Whoever sees it knows what was lost, came twice, stands on its head, has bars, or has another colour. The number is in Gray's
 * code: one field changes from a picture to the next, and never the same again, so that filters for interlaced pictures, which look at what is
 * before and behind, do not take it for a still picture of lines. Pure.
 */

export type Colour = readonly [red: number, green: number, blue: number];

/** 0 to 4095. */
const bits = 12;
const indices = Array.from({ length: bits }, (_, index) => index);

/** As seen: top left, top right, bottom left, bottom right. Not as pure as they come, so that full and limited range differ. */
export const corners: readonly Colour[] = [
  [200, 32, 32],
  [32, 180, 32],
  [40, 40, 200],
  [200, 180, 32],
];

/** Where a field or a corner has its middle, in shares of width and height: the number, its inverse, the corners. */
export const places: readonly (readonly [across: number, down: number])[] = [
  ...indices.map((bit) => [middleOf(bit), 7 / 16] as const),
  ...indices.map((bit) => [middleOf(bit), 9 / 16] as const),
  ...[2, 14].flatMap((down) => [1.5, 14.5].map((across) => [across / 16, down / 16] as const)),
];

function middleOf(bit: number): number {
  return (1 + ((bit + 0.5) * 14) / bits) / 16;
}

/** What is seen at the {@link places} of a picture. */
export interface Read {
  /** Undefined where its fields are neither light nor dark, or contradict one another: two pictures in one, or damage. */
  readonly number: number | undefined;
  /** Each corner has its own colour. */
  readonly isTrue: boolean;
}

/** By what codecs, conversions of colours and small scalings change. */
const tolerance = 48;

export function readPicture(seen: readonly Colour[]): Read {
  const isTrue = corners.every((corner, index) =>
    corner.every((value, channel) => {
      const found = seen[2 * bits + index]?.[channel];
      return found !== undefined && Math.abs(found - value) <= tolerance;
    }),
  );
  let number: number | undefined = 0;
  for (const bit of indices) {
    const [plain, inverse] = [lightness(seen[bit]), lightness(seen[bits + bit])];
    const isSet = plain > 150 && inverse < 106;
    if (!isSet && !(plain < 106 && inverse > 150)) number = undefined;
    if (number !== undefined && isSet) number |= 1 << bit;
  }
  return { number: number === undefined ? undefined : numberOf(number), isTrue };
}

const codeOf = (number: number): number => number ^ (number >> 1);

function numberOf(code: number): number {
  let number = code;
  for (let shift = 1; shift < bits; shift *= 2) number ^= number >> shift;
  return number;
}

function lightness(colour: Colour | undefined): number {
  return colour === undefined ? 128 : (colour[0] + 2 * colour[1] + colour[2]) / 4;
}

export interface PaintOptions {
  readonly width: number;
  readonly height: number;
  /** Of the background's grain. */
  readonly seed: number;
}

/** Paints pictures of one size as RGB, 3 bytes a pixel. Each call gives the same buffer. */
export function painter({ width, height, seed }: PaintOptions): (number: number) => Buffer {
  const ground = grain(width, height, seed);
  for (const [index, corner] of corners.entries()) {
    const [left, top] = [index % 2 === 0 ? 0 : 13 / 16, index < 2 ? 0 : 12 / 16];
    fill(ground, [left, top, left + 3 / 16, top + 4 / 16], corner);
  }
  const picture = { ...ground, bytes: Buffer.alloc(ground.bytes.length) };
  return (number) => {
    ground.bytes.copy(picture.bytes);
    for (const bit of indices) {
      const [left, right] = [bit, bit + 1].map((edge) => (1 + (edge * 14) / bits) / 16) as [number, number];
      const isSet = ((codeOf(number) >> bit) & 1) === 1;
      fill(picture, [left, 6 / 16, right, 8 / 16], isSet ? light : dark);
      fill(picture, [left, 8 / 16, right, 10 / 16], isSet ? dark : light);
    }
    // For people, and so that something moves by less than a field.
    const runs = 4 / 16 + ((number % 64) / 64) * (7 / 16);
    fill(picture, [runs, 13 / 16, runs + 1 / 16, 15 / 16], light);
    return picture.bytes;
  };
}

const light: Colour = [224, 224, 224];
const dark: Colour = [32, 32, 32];

interface Raster {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
}

function fill(
  { bytes, width, height }: Raster,
  [left, top, right, bottom]: readonly [number, number, number, number],
  colour: Colour,
): void {
  const pixel = Buffer.from(colour);
  for (let y = Math.round(top * height); y < Math.round(bottom * height); y++) {
    bytes.fill(
      pixel,
      (y * width + Math.round(left * width)) * 3,
      (y * width + Math.round(right * width)) * 3,
    );
  }
}

/** Greys of fields of 16 pixels, as the seed has them. */
function grain(width: number, height: number, seed: number): Raster {
  const raster = { bytes: Buffer.alloc(width * height * 3), width, height };
  const random = seeded(seed);
  for (let y = 0; y < height; y += 16) {
    for (let x = 0; x < width; x += 16) {
      const grey = 90 + Math.floor(random() * 50);
      const right = Math.min(1, (x + 16) / width);
      fill(raster, [x / width, y / height, right, Math.min(1, (y + 16) / height)], [grey, grey, grey]);
    }
  }
  return raster;
}

/** Numbers from 0 to 1, the same for a seed always (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
