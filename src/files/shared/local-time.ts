/** The day of the week and the minute of the day that a clock on the wall shows. */

export interface LocalTime {
  /** 0: Sunday. */
  readonly day: number;
  /** Of the day, from 0. */
  readonly minute: number;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** True for a name of a time zone that this machine knows, e.g. `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return name !== '';
  } catch {
    return false;
  }
}

/** Reads clocks of a zone; absent: this machine's own. Times in milliseconds since the epoch. */
export function clockOf(timeZone?: string): (time: number) => LocalTime {
  if (timeZone === undefined)
    return (time) => {
      const date = new Date(time);
      return { day: date.getDay(), minute: date.getHours() * 60 + date.getMinutes() };
    };
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
  return (time) => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
    return {
      day: days.indexOf(parts.get('weekday') ?? ''),
      minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
    };
  };
}
