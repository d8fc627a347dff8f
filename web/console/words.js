// @ts-check
/** Sizes, times and numbers in words. Pure. */

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/**
 * With three digits at most, in steps of a thousand: `512 B`, `1.34 kB`, `12.3 GB`.
 * @param {number} bytes
 */
export function size(bytes) {
  let [value, unit] = [Math.max(0, bytes), 0];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${digits(value, unit === 0)} ${units[unit]}`;
}

/** @param {number} value @param {boolean} isWhole */
function digits(value, isWhole) {
  if (isWhole || value >= 99.95) return String(Math.round(value));
  return String(Number(value.toFixed(value >= 9.995 ? 1 : 2)));
}

/**
 * `1.34 MB/s`.
 * @param {number} bytes a second
 */
export function rate(bytes) {
  return `${size(bytes)}/s`;
}

/**
 * Bits a second, as those who send video say it: `800 kb/s`, `2.5 Mb/s`.
 * @param {number} bytes a second
 */
export function bitRate(bytes) {
  const bits = bytes * 8;
  return bits >= 1e6 ? `${(bits / 1e6).toFixed(1)} Mb/s` : `${Math.round(bits / 1000)} kb/s`;
}

/** @param {number} count */
export function number(count) {
  return count.toLocaleString('en');
}

/**
 * `1 file`, `2,000 files`.
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * How long something lasts, as one says it: `3 seconds`, `4 minutes`, `3 hours`, `2 days`.
 * @param {number} seconds
 */
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 90) return counted(whole, 'second');
  if (whole < 90 * 60) return counted(Math.round(whole / 60), 'minute');
  if (whole < 48 * 3600) return counted(Math.round(whole / 3600), 'hour');
  return counted(Math.round(whole / 86_400), 'day');
}

/**
 * The same in little room: `3 s`, `4 min`, `3 h`, `2 d`.
 * @param {number} seconds
 */
export function shortSpan(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 90) return `${whole} s`;
  if (whole < 90 * 60) return `${Math.round(whole / 60)} min`;
  if (whole < 48 * 3600) return `${Math.round(whole / 3600)} h`;
  return `${Math.round(whole / 86_400)} d`;
}

/**
 * Seconds with as many digits as matter: `0.65 s`, `12.3 s`, `240 s`.
 * @param {number} seconds
 */
export function precisely(seconds) {
  return `${seconds.toFixed(seconds < 10 ? 2 : seconds < 100 ? 1 : 0)} s`;
}

/**
 * `just now`, `4 minutes ago`; what lies ahead by a clock that is a little off is now.
 * @param {number} time milliseconds since the epoch
 * @param {number} now
 */
export function ago(time, now) {
  const seconds = (now - time) / 1000;
  return seconds < 5 ? 'just now' : `${span(seconds)} ago`;
}

/**
 * The same in little room: `47 min ago`.
 * @param {number} time milliseconds since the epoch
 * @param {number} now
 */
export function shortAgo(time, now) {
  const seconds = (now - time) / 1000;
  return seconds < 5 ? 'just now' : `${shortSpan(seconds)} ago`;
}

/**
 * Per cent that never say 100 before all of it is there.
 * @param {number} done
 * @param {number} size
 */
export function perCent(done, size) {
  return size <= 0 ? 0 : Math.min(done < size ? 99 : 100, Math.floor((done / size) * 100));
}

const today = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const anyDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const toTheSecond = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** What a calendar cannot say: times come from strangers, too. @param {Intl.DateTimeFormat} format @param {number} time */
function formatted(format, time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? 'no date' : format.format(date);
}

/**
 * For machines; undefined where there is no such date.
 * @param {number} time milliseconds since the epoch
 */
export function isoOf(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/**
 * The time of day, with its date where that is not today, in the viewer's own language and zone.
 * @param {number} time milliseconds since the epoch
 * @param {number} [now]
 */
export function when(time, now = Date.now()) {
  const [date, other] = [new Date(time), new Date(now)];
  return formatted(date.toDateString() === other.toDateString() ? today : anyDay, time);
}

/** @param {number} time milliseconds since the epoch */
export function exactly(time) {
  return formatted(toTheSecond, time);
}
