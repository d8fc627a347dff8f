/** What `upload` and `download` do alike: tell the run, obey signals and schedules, and turn the summary into an exit code. */
import { ExitCode } from '../errors.ts';
import type { FiguresEvent, FiguresOptions } from '../figures/options.ts';
import { withFigures } from '../figures/with-figures.ts';
import type { TransferFigures } from '../files/run/transfer-figures.ts';
import { reportFailure } from './failure.ts';
import type { LiveSettings } from './live-settings.ts';
import { createReporter, type OutputSettings } from './output.ts';
import type { Reporter, Summary } from './reporter.ts';
import { tellSchedule } from './schedule/lines.ts';
import { runBySchedule, wallClock } from './schedule/run-by-schedule.ts';
import { Schedule } from './schedule/schedule.ts';
import { type Interruption, interruptible } from './signals.ts';
import { StatusKeeper } from './status/run-status.ts';
import { answerStatus } from './status/socket.ts';
import type { RunEvent, Verb } from './terminal/board.ts';

export interface Transfer<W extends TransferFigures> extends FiguresOptions {
  readonly verb: Verb;
  /** Without end, unless it is run by a schedule. */
  readonly watching: boolean;
  readonly output: OutputSettings;
  /** What SIGHUP may change. */
  readonly live: Pick<LiveSettings<object>, 'listen' | 'output' | 'logger'>;
  /** Bytes a second now; undefined: no limit. */
  readonly bandwidth: () => number | undefined;
  /** Patterns by which it is run; none: once, now. */
  readonly schedule?: readonly string[] | undefined;
  readonly timeZone?: string | undefined;
  /** Makes what counts, over all runs; only where somebody may ask. */
  readonly figures: () => Promise<W>;
}

/** One run. With `once` it ends by itself. `figures` see its events already. */
export type Work<W> = (reporter: Reporter, signal: AbortSignal, figures: W | undefined) => Promise<Summary>;

/** Runs `work` and resolves with the exit code. Rejects with what `work` rejects with, unless a signal had come. */
export async function runTransfer<W extends TransferFigures>(
  transfer: Transfer<W>,
  work: Work<W>,
): Promise<ExitCode> {
  const { metricsPort, metricsHost, figures } = transfer;
  // Told by the first run: before it, nobody has somebody to tell it to.
  const toTell: FiguresEvent[] = [];
  const onEvent = (event: RunEvent): void => void (event.type === 'figures' && toTell.push(event));
  const run = (_: FiguresOptions, watcher?: W) => runAll(transfer, { watcher, toTell }, work);
  return withFigures({ metricsPort, metricsHost, onEvent }, figures, run);
}

/** What counts, and what is to be said of that. */
interface Watching<W> {
  readonly watcher: W | undefined;
  readonly toTell: FiguresEvent[];
}

async function runAll<W extends TransferFigures>(
  transfer: Transfer<W>,
  watching: Watching<W>,
  work: Work<W>,
): Promise<ExitCode> {
  const { verb, output, schedule = [], timeZone } = transfer;
  let say = (_text: string): void => {};
  const interruption = interruptible((text) => say(text));
  const deaf = transfer.live.listen(
    (text) => interruption.tell(text),
    () => interruption.end('SIGHUP'),
  );
  const { bandwidth } = transfer;
  const since = Math.round(performance.timeOrigin);
  const keeper = new StatusKeeper({ verb, pid: process.pid, since, bandwidth });
  // Whoever cannot be asked does its work all the same.
  const silent = answerStatus(() => keeper.status(performance.now())).catch(() => () => {});
  try {
    const run = (one: Transfer<W>) => runOnce(one, watching, interruption, keeper, work);
    if (schedule.length === 0) return await run(transfer);
    watching.watcher?.end();
    const lines = tellSchedule(verb, output, timeZone);
    say = lines.say;
    return await runBySchedule({
      schedule: new Schedule(schedule, timeZone),
      clock: wallClock,
      signal: interruption.signal,
      tell(event) {
        keeper.scheduled(event);
        lines.tell(event);
      },
      run: () =>
        run({ ...transfer, watching: false }).catch((error: unknown) => reportFailure(error, output.json)),
    });
  } finally {
    deaf();
    (await silent)();
    interruption.release();
  }
}

async function runOnce<W extends TransferFigures>(
  { verb, watching, output: shown, live }: Transfer<W>,
  { watcher, toTell }: Watching<W>,
  interruption: Interruption,
  keeper: StatusKeeper,
  work: Work<W>,
): Promise<ExitCode> {
  const { logLevel } = live.output;
  const output = logLevel === undefined ? shown : { ...shown, logLevel };
  const reporter = createReporter(verb, watching, output);
  live.logger = reporter.logger;
  const before = interruption.tellTo((text) => reporter.notice(text));
  const onEvent = (event: RunEvent): void => {
    keeper.see(event, performance.now());
    watcher?.see(event);
    reporter.onEvent(event);
  };
  keeper.begin();
  watcher?.begin();
  for (const event of toTell.splice(0)) reporter.onEvent(event);
  try {
    const summary = await work({ ...reporter, onEvent }, interruption.signal, watcher);
    reporter.summary(summary);
    return exitCodeOf(summary);
  } catch (error) {
    // It came while the place was opened: a disk without room, or a store that is away, was waited for.
    const isEnd = error instanceof Error && ['AbortError', 'StoppedError'].includes(error.name);
    if (interruption.signal.aborted && isEnd) return ExitCode.interrupted;
    throw error;
  } finally {
    keeper.end();
    watcher?.end();
    reporter.close();
    interruption.tellTo(before);
  }
}

/** 130 after a signal, 3 when something is missing, 0 otherwise. Pure. */
export function exitCodeOf(summary: Summary): ExitCode {
  if (summary.interrupted) return ExitCode.interrupted;
  const open = 'open' in summary ? summary.open : 0;
  return summary.failed > 0 || open > 0 ? ExitCode.incomplete : ExitCode.ok;
}
