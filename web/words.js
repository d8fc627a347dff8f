// @ts-check
/** Times and numbers in words. Pure. */

/** @param {number} value */
const two = (value) => String(value).padStart(2, '0');

/**
 * A length of time: `0:07`, `12:30`, `1:02:03`.
 * @param {number} seconds
 */
export function lengthOf(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/**
 * A time of day, in the viewer's own zone: `14:03:07`.
 * @param {number} time milliseconds since the epoch
 */
export function timeOfDay(time) {
  const date = new Date(time);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/**
 * How long something has lasted, as one says it: `a moment`, `4 minutes`, `3 hours`, `2 days`.
 * @param {number} milliseconds
 */
export function roughly(milliseconds) {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'a moment';
  if (minutes < 60) return counted(minutes, 'minute');
  if (minutes < 48 * 60) return counted(Math.floor(minutes / 60), 'hour');
  return counted(Math.floor(minutes / 1440), 'day');
}

/**
 * `1 viewer`, `2 viewers`.
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * Bits a second: `800 kb/s`, `2.5 Mb/s`.
 * @param {number} bits
 */
export function bitrate(bits) {
  if (bits >= 1e6) return `${(bits / 1e6).toFixed(1)} Mb/s`;
  return `${Math.round(bits / 1000)} kb/s`;
}

/**
 * Seconds with as many digits as matter: `0.65 s`, `12.3 s`, `240 s`.
 * @param {number} seconds
 */
export function precisely(seconds) {
  const size = Math.abs(seconds);
  return `${seconds.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0)} s`;
}
