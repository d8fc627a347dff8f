/**
 * The few error classes of Sluice. A message names the thing, the cause and what the user can do; the original
 * error travels as `cause`. The command line prints the message of these in one line, and the stack of any other.
 */

/** Exit codes of the command line, fixed by its documentation. */
export const ExitCode = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  incomplete: 3,
  unreachable: 4,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** An expected failure: something outside Sluice is not as it must be, and the message says what to do. */
export class SluiceError extends Error {
  override name = 'SluiceError';
  /** The exit code of a command that ends with this error. */
  readonly exitCode: ExitCode;

  constructor(message: string, options: ErrorOptions & { exitCode?: ExitCode } = {}) {
    super(message, options);
    this.exitCode = options.exitCode ?? ExitCode.unexpected;
  }
}

/** Wrong flags, configuration, names, credentials or rights: the same call fails again until the user changes something. */
export class ConfigurationError extends SluiceError {
  override name = 'ConfigurationError';

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { ...options, exitCode: ExitCode.usage });
  }
}

/** No broker answered within the limit that the user gave (`--give-up-after`). */
export class UnreachableError extends SluiceError {
  override name = 'UnreachableError';

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { ...options, exitCode: ExitCode.unreachable });
  }
}

/** The work ended, but some files failed or are incomplete. */
export class IncompleteError extends SluiceError {
  override name = 'IncompleteError';

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { ...options, exitCode: ExitCode.incomplete });
  }
}

/** Bytes on a topic or on disk that are not what FORMAT.md says. The data is refused; nothing else stops. */
export class FormatError extends SluiceError {
  override name = 'FormatError';
}

/** The message of anything thrown, with the messages of its causes, for one log line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `: ${describeError(error.cause)}`;
  return error.message.includes(cause.slice(2)) ? error.message : error.message + cause;
}
