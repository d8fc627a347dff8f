/** Telling whether a store found no room. Pure. */

/** SQLite's result code for a full disk. */
const databaseFull = 13;

/** True where an error, or what caused it, says that a disk is full or a quota used up. */
export function isLackOfRoom(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, errcode = 0 } = cause as NodeJS.ErrnoException & { errcode?: number };
    if (code === 'ENOSPC' || code === 'EDQUOT' || (errcode & 0xff) === databaseFull) return true;
  }
  return false;
}
