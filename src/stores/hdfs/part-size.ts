/** How much of a file is appended at once. Pure. */

const mebibyte = 1024 * 1024;
const mostParts = 10_000;
const usual = 8 * mebibyte;

/**
 * HDFS has no bounds. Each append waits for some tenths of a second until datanodes have told the namenode of it, whatever its size: less
 * would be slow. More would be memory, of which each open upload takes a part. What is not larger than a part is written whole.
 */
export function partSizeFor(size: number): number {
  return Math.max(usual, Math.ceil(size / mostParts / mebibyte) * mebibyte);
}
