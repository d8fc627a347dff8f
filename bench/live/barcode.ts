/**
 * A time as a picture: 48 bits of milliseconds since the epoch and 16 bits of check, as 64 black and white blocks, large enough to
 * outlive an encoder. Painted by the camera, read back from the screen: glass to glass. Pure.
 */

export const columns = 16;
export const rows = 4;
/** Pixels of a block. */
const blockHeight = 30;

export const width = 640;
export const height = 360;
/** Pixels from the top that the blocks take. */
export const codeHeight = rows * blockHeight;

/** Bytes of a picture, planar YUV 4:2:0. */
export const frameBytes = (width * height * 3) / 2;

/** Sixteen bits that most misread times do not have. */
export function checkOf(time: number): number {
  const [high, low] = [Math.floor(time / 2 ** 32), time >>> 0];
  return (Math.imul(high, 0x9e37) ^ Math.imul(low ^ (low >>> 16), 0x85eb) ^ (low >>> 13)) & 0xffff;
}

/** The 64 bits, the first one at the top left. */
export function bitsOf(time: number): readonly boolean[] {
  const text = time.toString(2).padStart(48, '0') + checkOf(time).toString(2).padStart(16, '0');
  return [...text].map((digit) => digit === '1');
}

/** The time that the bits say; undefined when they do not belong together. */
export function timeOf(bits: readonly boolean[]): number | undefined {
  const number = (from: number, to: number): number =>
    Number.parseInt(
      bits
        .slice(from, to)
        .map((bit) => (bit ? '1' : '0'))
        .join(''),
      2,
    );
  const time = number(0, 48);
  return number(48, 64) === checkOf(time) ? time : undefined;
}

/** Paints the time into the upper part of a picture's luma. */
export function paint(frame: Uint8Array, time: number): void {
  const blockWidth = width / columns;
  for (const [index, bit] of bitsOf(time).entries()) {
    const [row, column] = [Math.floor(index / columns), index % columns];
    for (let y = row * blockHeight; y < (row + 1) * blockHeight; y += 1) {
      const begin = y * width + column * blockWidth;
      frame.fill(bit ? 235 : 16, begin, begin + blockWidth);
    }
  }
}
