/**
 * How many bytes a second may be used, by the time of the day and the day of the week, as rclone writes it:
 * `2M`, or `Mon-08:00,512k 18:00,10M Sat-00:00,off`. An entry holds until the next one, over the end of the week too; one without a day
 * is of every day. PURE.
 */
import type { LocalTime } from './local-time.ts';

/** Bytes a second; undefined: no limit. */
export interface Rates {
  readonly up: number | undefined;
  readonly down: number | undefined;
}

interface Entry extends Rates {
  /** Minute of the week, from Sunday's beginning. */
  readonly from: number;
}

/** In the order of the week; one entry at the least. */
export type Timetable = readonly Entry[];

const dayMinutes = 24 * 60;
const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const powers = { b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 } as const;

/** Reads a timetable, or one rate for all times. Undefined for anything else. */
export function parseTimetable(text: string): Timetable | undefined {
  const words = text.split(/[\s;]+/).filter((word) => word !== '');
  const [only = ''] = words;
  if (words.length === 1 && !only.includes(',')) {
    const rates = parseRates(only);
    return rates && [{ from: 0, ...rates }];
  }
  const entries = new Map<number, Entry>();
  for (const word of words) {
    const [when = '', what = '', ...rest] = word.split(',');
    const rates = parseRates(what);
    const times = parseTimes(when);
    if (rates === undefined || times === undefined || rest.length > 0) return undefined;
    // Of two for the same minute the later one counts.
    for (const from of times) entries.set(from, { from, ...rates });
  }
  return entries.size === 0 ? undefined : [...entries.values()].sort((a, b) => a.from - b.from);
}

/** What holds at that time. */
export function ratesAt(table: Timetable, { day, minute }: LocalTime): Rates {
  const now = day * dayMinutes + minute;
  return table.findLast(({ from }) => from <= now) ?? table.at(-1)!;
}

/** `08:00` of every day, or `Mon-08:00`, in minutes of the week. */
function parseTimes(text: string): number[] | undefined {
  const match = /^(?:([a-z]+)-)?([01]\d|2[0-3]):([0-5]\d)$/i.exec(text);
  if (match === null) return undefined;
  const [, name, hour, minute] = match;
  const at = Number(hour) * 60 + Number(minute);
  if (name === undefined) return days.map((_, day) => day * dayMinutes + at);
  const word = name.toLowerCase();
  const day = days.findIndex((long) => word === long || word === long.slice(0, 3));
  return day < 0 ? undefined : [day * dayMinutes + at];
}

/** One rate for both directions, or `UP:DOWN`. */
function parseRates(text: string): Rates | undefined {
  const [first = '', second = first, ...rest] = text.split(':');
  const [up, down] = [parseRate(first), parseRate(second)];
  const isPair = up !== undefined && down !== undefined && rest.length === 0;
  return isPair ? { up: up.bytes, down: down.bytes } : undefined;
}

/**
 * `off`; or a number with its unit: `512k`, `10M`, `1.5G`, with or without `i` and `B`, are powers of 1024, as rclone has them; only `kB`,
 * `MB`, `GB` without an `i` are powers of 1000, as in Sluice's other flags. A number alone means KiB to rclone and bytes to others, so it
 * is refused.
 */
function parseRate(text: string): { readonly bytes: number | undefined } | undefined {
  if (/^(?:off|0[bkmgtp]?)$/i.test(text)) return { bytes: undefined };
  const match = /^(\d+(?:\.\d+)?)(?:(b)|([kmgtp])(i?)(b?))$/i.exec(text);
  if (match === null) return undefined;
  const [, digits, , letter = 'b', binary, byte] = match;
  const base = binary === '' && byte !== '' ? 1000 : 1024;
  const bytes = Number(digits) * base ** powers[letter.toLowerCase() as keyof typeof powers];
  return bytes >= 1 && Number.isFinite(bytes) ? { bytes } : undefined;
}
