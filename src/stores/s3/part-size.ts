/** Into what parts an object goes up. Pure. */

const mebibyte = 1024 * 1024;
/** Of S3: a part that is not the last has at least so many bytes, and none has more. */
export const smallestPart = 5 * mebibyte;
export const largestPart = 5 * 1024 * mebibyte;
/** Of S3: an object has no more parts. */
export const mostParts = 10_000;

/** Bytes of every part but the last, so that a file of a size fits: whole mebibytes, the same for the same size. */
export function partSizeFor(size: number): number {
  const least = Math.ceil(size / mostParts / mebibyte) * mebibyte;
  return Math.max(smallestPart, least);
}
