/** The last line of a command that failed: one sentence for what was to be expected, a stack for what was not. */
import { describeError, ExitCode, SluiceError, UnreachableError } from '../errors.ts';
import { printable } from '../printable.ts';
import { writeJson } from './output.ts';
import { OutputError } from './stdout.ts';

/** What a failure prints, and the exit code it leads to. Pure. */
export function failureText(error: unknown): { readonly text: string; readonly exitCode: ExitCode } {
  if (error instanceof SluiceError) {
    const message = describeError(error);
    const hint = hintFor(error);
    const said = hint === '' ? message : message.replace(/\.$/, '');
    return { text: lines(`sluice: ${said}${hint}`), exitCode: error.exitCode };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const text = `sluice: an unexpected error, which is a fault of Sluice; please report it with these lines:\n${stack}`;
  return { text: lines(text), exitCode: ExitCode.unexpected };
}

function hintFor(error: SluiceError): string {
  if (!(error instanceof UnreachableError)) return '';
  // Nobody listens on this machine: a newcomer has no Kafka at all.
  const isHere = /ECONNREFUSED (?:127\.0\.0\.1|::1):/.test(describeError(error));
  return isHere
    ? '. Check --bootstrap-servers, run sluice doctor, or start a Kafka for trying things out: sluice broker start'
    : '. Check --bootstrap-servers, or run sluice doctor';
}

/** Messages may hold names from foreign disks and topics. Their further lines are set in, so that none passes for a line of ours. */
function lines(message: string): string {
  return message.split('\n').map(printable).join('\n  ');
}

/** Prints a failure on stderr, with `--json` also as `{ "type": "error", ... }` on stdout. Returns the exit code. */
export function reportFailure(error: unknown, json: boolean): ExitCode {
  const { text, exitCode } = failureText(error);
  // Nobody is left to tell.
  if (error instanceof OutputError && error.isReaderGone) return exitCode;
  if (json) writeJson({ type: 'error', message: describeError(error), exitCode });
  process.stderr.write(`${text}\n`);
  return exitCode;
}
