/** The flags that say when a transfer runs, and how fast. */
import { z } from 'zod';
import { isTimeZone } from '../files/shared/local-time.ts';
import { parseTimetable } from '../files/shared/timetable.ts';
import { optional } from './flags.ts';
import { patternFault } from './schedule/schedule.ts';
import { parsed } from './values.ts';

const timetable = parsed(
  parseTimetable,
  'is no bandwidth; write a rate with its unit (512k, 2M, 1.5MB, off), or a timetable such as "Mon-08:00,512k 18:00,10M Sat-00:00,off"',
);

const timeZone = parsed(
  (text) => (isTimeZone(text) ? text : undefined),
  'is no time zone that this machine knows; write for example Europe/Berlin or UTC',
);

const cronPattern = z.string().superRefine((written, context) => {
  const fault = patternFault(written);
  const message = `is no schedule (${fault}); write five fields as cron has them, e.g. "0,30 * * * *"`;
  if (fault !== undefined) context.addIssue({ code: 'custom', message, input: written });
});

export const scheduleFlag = {
  schedule: {
    flag: 'schedule',
    form: 'list',
    separator: ';',
    argument: 'CRON',
    schema: z.array(cronPattern),
    fallback: undefined,
    help: 'run as with --once whenever that time comes, e.g. "0,30 * * * *", and wait for the next; may be repeated',
  },
} as const;

export const bandwidthFlags = {
  bandwidth: optional(
    'bandwidth',
    'LIMIT',
    timetable,
    'bytes a second, to brokers and from them: 512k, 2M, or by the time, "Mon-08:00,512k 18:00,10M Sat-00:00,off"',
    'off',
  ),
  timeZone: optional(
    'time-zone',
    'ZONE',
    timeZone,
    'the time zone of the times that are given',
    "this machine's",
  ),
} as const;
