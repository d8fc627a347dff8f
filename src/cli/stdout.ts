/** Standard output: written no faster than its reader takes it, and how a run ends when it cannot be written. */
import { describeError, ExitCode, SluiceError } from '../errors.ts';

/** Standard output cannot be written: nobody reads it any more, or the disk that it goes to is full. */
export class OutputError extends SluiceError {
  override name = 'OutputError';
  /** As when `head` has seen enough: nobody is left to tell, and nothing has gone wrong. */
  readonly isReaderGone: boolean;

  constructor(cause: NodeJS.ErrnoException) {
    // A terminal that was closed answers EIO, as a broken disk does.
    const isReaderGone =
      cause.code === 'EPIPE' ||
      cause.code === 'ECONNRESET' ||
      (cause.code === 'EIO' && process.stdout.isTTY === true);
    const message = `standard output cannot be written (${describeError(cause)}): make room, or write to another place`;
    super(message, { cause, exitCode: isReaderGone ? ExitCode.ok : ExitCode.unexpected });
    this.isReaderGone = isReaderGone;
  }
}

let failure: OutputError | undefined;
let answer: (failure: OutputError) => void = endAtOnce;

/**
 * From here on, output that cannot be written ends the process: quietly when its reader has gone, else with one line. For
 * the executable, before it writes anything.
 */
export function watchStdout(): void {
  process.stdout.on('error', (error) => {
    if (failure !== undefined) return;
    failure = new OutputError(error);
    answer(failure);
  });
}

/** For a verb that has something to bring to an end first: `finish` is called instead, once at the most. */
export function whenOutputFails(finish: (failure: OutputError) => void): void {
  answer = finish;
}

/** What has become of standard output: undefined as long as all could be written. */
export function outputFailure(): OutputError | undefined {
  return failure;
}

function endAtOnce({ isReaderGone, message }: OutputError): void {
  if (isReaderGone) process.exit();
  process.stderr.write(`sluice: ${message}\n`);
  process.exit(process.exitCode || ExitCode.unexpected);
}

/** Resolves once the system has the bytes. Rejects with OutputError. */
export function written(piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(piece, (error: NodeJS.ErrnoException | null | undefined) => {
      if (error) reject(new OutputError(error));
      else resolve();
    });
  });
}
