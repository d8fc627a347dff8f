/** How much of a file is appended at once. Pure. */

const mebibyte = 1024 * 1024;
const smallest = 5 * mebibyte;
const most = 10_000;

/** HDFS has no bounds: less is a connection for little, and more is memory, of which a large file has some to spare. */
export function partSizeFor(size: number): number {
  return Math.max(smallest, Math.ceil(size / most / mebibyte) * mebibyte);
}
