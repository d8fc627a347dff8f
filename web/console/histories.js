// @ts-check
/** What a file's history says, and whether it says all yet. Pure. */

/** @import { FileEvent, FileRow } from '../../src/console/contract.ts' */

/**
 * Of a topic that is new, or that others have just written to, the server has not seen the ends yet: it is worth to ask again. That bytes are gone is
 * known for good, and each answer costs the server a partition.
 * @param {FileRow | undefined} row
 * @param {readonly FileEvent[]} events newest first
 */
export function isLate(row, events) {
  if (row === undefined || row.state === 'sending') return false;
  return (
    !events.some(({ isKept }) => isKept) && events.find(({ what }) => what === 'sent')?.isKept === undefined
  );
}

/**
 * What a history that was read is of: with another one it is read anew, for which the server reads a partition. How far a file is that is being sent
 * changes every second, and its history does not.
 * @param {string} id
 * @param {FileRow | undefined} row
 */
export function momentOf(id, row) {
  return `${id} ${row?.upload} ${row?.state}${row?.state === 'sending' ? '' : ` ${row?.at}`}`;
}
