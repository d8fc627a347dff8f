/** Names of blocks: of an upload, and of where they begin in it. Pure. */

/** Bytes of a name, unless others have to be met: sixteen of the upload, four of the number. */
const usual = 20;
const numberBytes = 4;
/** Fewer do not tell uploads apart. */
const fewest = 8;

/**
 * The id of a block, as Azure wants it: base64, and as long as all others that stand there of a blob. `upload` is random, in hexadecimal: two
 * downloaders that are after the same blob never have the same.
 */
export function blockId(upload: string, number: number, length: number = usual): string {
  const bytes = Buffer.alloc(length, Buffer.from(upload, 'hex'));
  bytes.writeUInt32BE(number, length - numberBytes);
  return bytes.toString('base64');
}

/**
 * How long ids have to be where blocks of somebody else stand, of which these are some; undefined where ours are as long, or those are too short
 * to be met.
 */
export function lengthBeside(ids: readonly string[]): number | undefined {
  const length = ids[0] === undefined ? undefined : Buffer.from(ids[0], 'base64').length;
  return length === undefined || length === usual || length < fewest ? undefined : length;
}
