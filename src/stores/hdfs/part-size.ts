/** How much of a file is appended at once. Pure. */

const mebibyte = 1024 * 1024;
const mostParts = 10_000;

/**
 * HDFS has no bounds. Each append waits for some tenths of a second until datanodes have told the namenode of it, whatever its size: a file
 * of which there will be many takes more at once, and more memory. What is smaller than a part is written whole.
 */
export function partSizeFor(size: number): number {
  const usual = size > 64 * mebibyte ? 15 * mebibyte : 5 * mebibyte;
  return Math.max(usual, Math.ceil(size / mostParts / mebibyte) * mebibyte);
}
