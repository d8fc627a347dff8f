/** Runs something whenever its time has come, never twice at once. Clock and work are handed in. */
import { ExitCode } from '../../errors.ts';
import type { Schedule } from './schedule.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves once `now` is there, or the signal has come. It may be late: a machine may have slept. */
  until(time: number, signal: AbortSignal): Promise<void>;
}

/** What is told. Times in milliseconds since the epoch. */
export type ScheduleEvent =
  | { readonly type: 'next-run'; readonly at: number }
  | {
      readonly type: 'run-skipped';
      /** The first that was left out. */
      readonly due: number;
      /** How many were. */
      readonly count: number;
      /** The run before it took so long; or nobody was awake. */
      readonly reason: 'still-running' | 'too-late';
    };

export interface ScheduledOptions {
  readonly schedule: Pick<Schedule, 'next' | 'countBetween'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly tell: (event: ScheduleEvent) => void;
  /** One run; never rejects. */
  readonly run: () => Promise<ExitCode>;
}

/** Milliseconds after its time at which a run still begins: for timers, and a clock that is put right. */
const graceMs = 60_000;

/** From the best to the worst. */
const severity: readonly ExitCode[] = [
  ExitCode.ok,
  ExitCode.interrupted,
  ExitCode.incomplete,
  ExitCode.unreachable,
  ExitCode.usage,
  ExitCode.unexpected,
];

/** Resolves when the signal has come, or no start is left, with the exit code of the worst run. */
export async function runBySchedule(options: ScheduledOptions): Promise<ExitCode> {
  const { schedule, clock, signal, tell, run } = options;
  let worst: ExitCode = ExitCode.ok;
  /** Starts up to here have been seen to. */
  let seen = clock.now();
  const skip = (due: number, until: number, reason: 'still-running' | 'too-late'): void => {
    const count = schedule.countBetween(due - 1, until);
    if (count > 0) tell({ type: 'run-skipped', due, count, reason });
    seen = until;
  };
  while (!signal.aborted) {
    const due = schedule.next(seen);
    if (due === undefined) break;
    tell({ type: 'next-run', at: due });
    await clock.until(due, signal);
    if (signal.aborted) break;
    if (clock.now() - due > graceMs) {
      skip(due, clock.now() - graceMs, 'too-late');
      continue;
    }
    // A clock that was put back is no reason to run twice.
    seen = Math.max(due, clock.now());
    const code = await run();
    if (severity.indexOf(code) > severity.indexOf(worst)) worst = code;
    const missed = schedule.next(seen);
    if (!signal.aborted && missed !== undefined && missed <= clock.now())
      skip(missed, clock.now(), 'still-running');
  }
  return worst;
}

/** The longest that is slept without a look at the clock: machines sleep, and clocks are put right. */
const longestSleepMs = 30_000;

/** The wall's. */
export const wallClock: Clock = {
  now: Date.now,
  async until(time, signal) {
    for (let left = time - Date.now(); left > 0 && !signal.aborted; left = time - Date.now())
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, Math.min(left, longestSleepMs));
        signal.addEventListener('abort', done);
      });
  },
};
