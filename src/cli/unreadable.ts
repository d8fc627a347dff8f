/** The error of a flag that names a file which cannot be read. */
import { ConfigurationError, describeError } from '../errors.ts';

/** The flag, the file and the system's reason in one sentence, the reason once, and what to do. Pure. */
export function unreadable(
  flag: string,
  file: string,
  cause: unknown,
  wanted = 'a file',
): ConfigurationError {
  const advice = `name ${wanted} that this user may read`;
  return new ConfigurationError(`${flag}: ${file} cannot be read (${describeError(cause)}); ${advice}`, {
    cause,
  });
}
