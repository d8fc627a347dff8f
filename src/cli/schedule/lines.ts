/** Tells when the next run is, and which were left out: to people, logs and programs. */

import * as quantity from '../../quantities.ts';
import { createVerbLogger, levelOf, type OutputSettings, writeJson } from '../output.ts';
import type { ScheduleEvent } from './run-by-schedule.ts';

export interface ScheduleLines {
  tell(event: ScheduleEvent): void;
  /** A word of the command line itself, while nothing runs. */
  say(text: string): void;
}

export function tellSchedule(
  verb: string,
  output: OutputSettings,
  timeZone: string | undefined,
): ScheduleLines {
  const logger = createVerbLogger(output, output.json ? 'warn' : levelOf(output, 'info'));
  return {
    say: (text) => logger.warn(text),
    tell(event) {
      if (output.json) writeJson({ ...event, verb });
      else if (event.type === 'run-skipped') logger.warn(sentence(event, verb, timeZone));
      else logger.info(sentence(event, verb, timeZone));
    },
  };
}

/** The event for people, with times of their clock. Pure but for what time it is. */
export function sentence(
  event: ScheduleEvent,
  verb: string,
  timeZone: string | undefined,
  now: number = Date.now(),
): string {
  const clock = (time: number): string =>
    new Date(time).toLocaleString('sv-SE', timeZone === undefined ? {} : { timeZone });
  if (event.type === 'next-run')
    return `next ${verb} at ${clock(event.at)}, in ${quantity.duration(Math.max(0, event.at - now) / 1000)}`;
  const { due, count, reason } = event;
  const which =
    count === 1 ? `the ${verb} of ${clock(due)} is` : `${count} ${verb}s from ${clock(due)} on are`;
  return `${which} left out: ${reason === 'too-late' ? 'this machine was not awake' : 'the one before took longer'}`;
}
