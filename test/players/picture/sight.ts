/** What a player showed, picture by picture. */
import type { Colour, Read } from './picture.ts';
import { places, readPicture } from './picture.ts';

export interface Sight extends Read {
  /** Milliseconds by the steady clock: when it was seen. */
  readonly at: number;
  /** Width by height as it is shown, the shape of pixels counted in. */
  readonly aspect: number;
}

/** Reads a picture of which the colour of each pixel is known. */
export function sightOf(
  colourAt: (x: number, y: number) => Colour,
  { width, height }: { readonly width: number; readonly height: number },
  shape: { readonly at: number; readonly aspect: number },
): Sight {
  const seen = places.map(([across, down]): Colour => {
    const [x, y] = [Math.floor(across * width), Math.floor(down * height)];
    // Of two lines as much: where they are of two pictures, it is neither light nor dark.
    const [one, two] = [colourAt(x, y), colourAt(x, y - 1)];
    return [(one[0] + two[0]) / 2, (one[1] + two[1]) / 2, (one[2] + two[2]) / 2];
  });
  return { ...readPicture(seen), ...shape };
}
