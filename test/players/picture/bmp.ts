/** Windows' bitmaps: what SDL's dummy driver writes of each picture that a player shows. */
import type { Colour } from './picture.ts';
import { type Sight, sightOf } from './sight.ts';

/** Undefined while it is not whole. `at`: when it was written, by the steady clock. @throws when it is something else */
export function sightInBmp(bytes: Buffer, at: number): Sight | undefined {
  if (bytes.length < 54 || bytes.length < bytes.readUInt32LE(2)) return undefined;
  if (bytes.toString('latin1', 0, 2) !== 'BM') throw new Error('no bitmap');
  const start = bytes.readUInt32LE(10);
  const [width, rows, depth] = [bytes.readInt32LE(18), bytes.readInt32LE(22), bytes.readUInt16LE(28)];
  if (depth !== 24 && depth !== 32) throw new Error(`a bitmap of ${depth} bits`);
  const height = Math.abs(rows);
  const stride = ((width * depth) / 8 + 3) & ~3;
  const colourAt = (x: number, y: number): Colour => {
    // Upside down, unless the height is negative.
    const row = rows > 0 ? height - 1 - y : y;
    const place = start + row * stride + (x * depth) / 8;
    return [bytes[place + 2]!, bytes[place + 1]!, bytes[place]!];
  };
  return sightOf(colourAt, { width, height }, { at, aspect: width / height });
}
