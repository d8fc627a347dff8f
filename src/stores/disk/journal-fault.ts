/** What SQLite says of the disk below it, in the system's words: its owner decides by those. */
import { constants } from 'node:os';
import { describeError } from '../../errors.ts';

/** Result codes of SQLite; above the lowest byte stands what exactly it was. */
const results = { inputOutput: 10, corrupt: 11, full: 13, notADatabase: 26 } as const;
/** Which of its calls failed: fsync of a file, fsync of a folder, close. After them the disk is not to be asked again. */
const calls = new Map([
  [results.inputOutput | (4 << 8), 'fsync'],
  [results.inputOutput | (5 << 8), 'fsync'],
  [results.inputOutput | (16 << 8), 'close'],
]);

function codeOf(error: unknown): number {
  return (error as { errcode?: number } | undefined)?.errcode ?? 0;
}

/** True when the file is not, or not any more, what SQLite wrote. */
export function isDamage(error: unknown): boolean {
  const result = codeOf(error) & 0xff;
  return result === results.corrupt || result === results.notADatabase;
}

/** The system's error for what a disk did to SQLite; the error itself for all else. */
export function systemErrorOf(error: unknown): unknown {
  const result = codeOf(error) & 0xff;
  const code = result === results.full ? 'ENOSPC' : result === results.inputOutput ? 'EIO' : undefined;
  if (code === undefined) return error;
  const message = `${code}: ${describeError(error)}, the journal`;
  const syscall = calls.get(codeOf(error));
  return Object.assign(new Error(message, { cause: error }), {
    code,
    errno: -constants.errno[code],
    ...(syscall === undefined ? {} : { syscall }),
  });
}
