/**
 * When runs begin: one or more patterns as cron has them, by the clock of a zone; a sixth field before the others is of seconds. A time of the day that a change of the clock leaves out is
 * made up for right after it, and one that comes twice counts once; what is of every hour, or every so many minutes, follows real time. PURE.
 */
import { Cron } from 'croner';
import { type WallClock, wallClock } from './wall-clock.ts';

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
  readonly #nexts: readonly ((after: number) => number | undefined)[];

  /** `timeZone`: absent, this machine's own. Throws for a pattern that {@link patternFault} finds fault with. */
  constructor(patterns: readonly string[], timeZone?: string) {
    const clock = wallClock(timeZone);
    const zone = timeZone === undefined ? {} : { timezone: timeZone };
    this.#nexts = patterns.map((pattern) => {
      if (isOfTheDay(pattern))
        return ofTheDay(new Cron(pattern, { mode: '5-or-6-parts', timezone: 'UTC' }), clock);
      const cron = new Cron(pattern, { mode: '5-or-6-parts', ...zone });
      return (after) => cron.nextRun(new Date(after))?.getTime();
    });
  }

  /** The first start after a time; both in milliseconds since the epoch. Undefined: there is none any more. */
  next(after: number): number | undefined {
    const times = this.#nexts.flatMap((next) => next(after) ?? []);
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

/** True where a pattern names hours; otherwise it is of every hour. */
function isOfTheDay(pattern: string): boolean {
  const fields = pattern.trim().split(/\s+/);
  if (fields.length === 1) return fields[0]?.toLowerCase() !== '@hourly';
  return !['*', '*/1', '0-23'].includes(fields.at(-4) ?? '*');
}

/** By what the clock on the wall shows: each of its times once, whatever the clock does. `cron` is of UTC. */
function ofTheDay(cron: Cron, clock: WallClock): (after: number) => number | undefined {
  return (after) => {
    for (let wall = cron.nextRun(new Date(clock.at(after))); wall !== null; wall = cron.nextRun(wall)) {
      const moment = clock.momentOf(wall.getTime());
      // One that was a while ago is shown for the second time.
      if (moment > after) return moment;
    }
    return undefined;
  };
}
