/** Why a directory cannot be opened as a sink, and what to do. */
import { ConfigurationError, describeError } from '../../errors.ts';
import { isLackOfRoom } from '../lack-of-room.ts';

/** A ConfigurationError for whatever was thrown while a sink was opened; one that is one already stays as it is. */
export function openFault(place: string, cause: unknown): ConfigurationError {
  if (cause instanceof ConfigurationError) return cause;
  const [what, remedy] = isLackOfRoom(cause)
    ? ['there is no room for', 'make room']
    : ['cannot write to', 'give the right to write there'];
  return new ConfigurationError(
    `${what} the sink ${place} (${describeError(cause)}): ${remedy}, or name another with --to`,
    { cause },
  );
}
