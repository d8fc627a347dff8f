// @ts-check
/** Between a player's own time and the time at which pictures were taken. Pure. */

/**
 * A run of media whose first picture was taken at `date`.
 * @typedef {object} Stretch
 * @property {number} start seconds of the player's time
 * @property {number} duration seconds
 * @property {number} date milliseconds since the epoch
 */

/**
 * When the picture at `time` was taken; before the first stretch and behind the last by the nearest of them.
 * @param {readonly Stretch[]} stretches in their order
 * @param {number} time seconds
 * @returns {number | undefined} milliseconds since the epoch
 */
export function dateAt(stretches, time) {
  const at = stretches.findLast(({ start }) => start <= time) ?? stretches[0];
  return at && at.date + (time - at.start) * 1000;
}

/**
 * Where the picture is that was taken at `date`. Where none was (the publisher was away) it is the next one.
 * @param {readonly Stretch[]} stretches in their order
 * @param {number} date milliseconds since the epoch
 * @returns {number | undefined} seconds of the player's time
 */
export function timeAt(stretches, date) {
  const index = stretches.findLastIndex((stretch) => stretch.date <= date);
  const at = stretches[Math.max(0, index)];
  if (at === undefined) return undefined;
  const next = stretches[index + 1];
  const time = at.start + (date - at.date) / 1000;
  return next === undefined ? time : Math.min(time, next.start);
}

/**
 * How much is buffered in one piece in front of `time`; what is missing for less than a tenth of a second does not end it. Seconds.
 * @param {TimeRanges} ranges
 * @param {number} time
 */
export function bufferedAhead(ranges, time) {
  let end = time;
  for (let i = 0; i < ranges.length; i += 1) {
    if (ranges.start(i) <= end + 0.1 && ranges.end(i) > end) end = ranges.end(i);
  }
  return end - time;
}
