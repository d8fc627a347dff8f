/**
 * When runs begin: one or more patterns as cron has them, by the clock of a zone; a sixth field before the others is of seconds. A time of the day that a change of the clock leaves out is
 * made up for right after it, and one that comes twice counts once; what is of every hour, or every so many minutes, follows real time. PURE.
 */
import { Cron } from 'croner';

/** Why a pattern cannot be used; undefined when it can. */
export function patternFault(pattern: string): string | undefined {
  try {
    const cron = new Cron(pattern, { mode: '5-or-6-parts', timezone: 'UTC' });
    return cron.nextRun(new Date(0)) === null ? 'names no time that ever comes' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^\w+: /, '') : String(error);
  }
}

export class Schedule {
  readonly #crons: readonly Cron[];

  /** `timeZone`: absent, this machine's own. Throws for a pattern that {@link patternFault} finds fault with. */
  constructor(patterns: readonly string[], timeZone?: string) {
    const zone = timeZone === undefined ? {} : { timezone: timeZone };
    this.#crons = patterns.map((pattern) => new Cron(pattern, { mode: '5-or-6-parts', ...zone }));
  }

  /** The first start after a time; both in milliseconds since the epoch. Undefined: there is none any more. */
  next(after: number): number | undefined {
    const times = this.#crons.flatMap((cron) => cron.nextRun(new Date(after))?.getTime() ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** How many starts there are after `after`, up to and with `until`; counted up to a thousand. */
  countBetween(after: number, until: number): number {
    let count = 0;
    for (let at = this.next(after); at !== undefined && at <= until && count < 1000; at = this.next(at))
      count += 1;
    return count;
  }
}
