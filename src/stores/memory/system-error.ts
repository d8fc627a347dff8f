/** Errors as the system throws them, for stores that stand on no system. */
import { constants } from 'node:os';

/** An error with the `code` and `errno` of the system, e.g. `ENOSPC`. */
export function systemError(code: keyof typeof constants.errno, what: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${what}`), { code, errno: -constants.errno[code] });
}
