/** Into what blocks a blob goes up. Pure. */

const mebibyte = 1024 * 1024;
/** Azure has no least size of a block; smaller ones are so many more requests. */
const smallestBlock = 5 * mebibyte;
/**
 * Of Azure: a blob has 50,000 blocks at the most, and a name 100,000 that are in no blob yet. Nobody can remove those that a killed run
 * left, they are gone after a week: five such runs have room.
 */
const mostBlocks = 20_000;

/** Bytes of every block but the last, so that a file of a size fits: whole mebibytes, the same for the same size. None has more than 4000 MiB. */
export function partSizeFor(size: number): number {
  const least = Math.ceil(size / mostBlocks / mebibyte) * mebibyte;
  return Math.max(smallestBlock, least);
}
