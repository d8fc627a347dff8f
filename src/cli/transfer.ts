/** What `upload` and `download` do alike: tell the run, obey signals, and turn the summary into an exit code. */
import { ExitCode } from '../errors.ts';
import { createReporter, type OutputSettings } from './output.ts';
import type { Reporter, Summary } from './reporter.ts';
import { interruptible } from './signals.ts';
import type { Verb } from './terminal/board.ts';

/** Runs `work` and resolves with the exit code. Rejects with what `work` rejects with, unless a signal had come. */
export async function runTransfer(
  { verb, watching, output }: { verb: Verb; watching: boolean; output: OutputSettings },
  work: (reporter: Reporter, signal: AbortSignal) => Promise<Summary>,
): Promise<ExitCode> {
  const reporter = createReporter(verb, watching, output);
  const interruption = interruptible((text) => reporter.notice(text));
  try {
    const summary = await work(reporter, interruption.signal);
    reporter.summary(summary);
    return exitCodeOf(summary);
  } catch (error) {
    // It came while the place was opened: a disk without room, or a store that is away, was waited for.
    const isEnd = error instanceof Error && ['AbortError', 'StoppedError'].includes(error.name);
    if (interruption.signal.aborted && isEnd) return ExitCode.interrupted;
    throw error;
  } finally {
    reporter.close();
    interruption.release();
  }
}

/** 130 after a signal, 3 when something is missing, 0 otherwise. Pure. */
export function exitCodeOf(summary: Summary): ExitCode {
  if (summary.interrupted) return ExitCode.interrupted;
  const open = 'open' in summary ? summary.open : 0;
  return summary.failed > 0 || open > 0 ? ExitCode.incomplete : ExitCode.ok;
}
