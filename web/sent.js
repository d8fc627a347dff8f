// @ts-check
/** What goes out, in numbers: from one look at the browser's counts to the next. Pure. */
import { bitrate } from './words.js';

/**
 * @typedef {object} Counts
 * @property {number} at milliseconds
 * @property {number} bytes sent, of picture and sound
 * @property {number} received bytes that have come from the server
 * @property {number} [width]
 * @property {number} [height]
 * @property {number} [rate] pictures a second
 * @property {number} [roundTrip] seconds
 * @property {string} [limit] why it is not better: `bandwidth`, `cpu`
 */

/** @param {Iterable<Record<string, any>>} stats @param {number} at @returns {Counts} */
export function countsOf(stats, at) {
  /** @type {Counts} */
  const counts = { at, bytes: 0, received: 0 };
  for (const each of stats) {
    if (each.type === 'outbound-rtp') {
      counts.bytes += each.bytesSent ?? 0;
      if (each.kind === 'video') {
        counts.width = each.frameWidth;
        counts.height = each.frameHeight;
        counts.rate = each.framesPerSecond;
        counts.limit = each.qualityLimitationReason;
      }
    }
    if (each.type === 'candidate-pair' && (each.nominated || each.selected)) {
      counts.received += each.bytesReceived ?? 0;
      if (typeof each.currentRoundTripTime === 'number') counts.roundTrip = each.currentRoundTripTime;
    }
  }
  return counts;
}

/** As one line. @param {Counts} now @param {Counts} [before] of the same session */
export function describeCounts(now, before) {
  const bits =
    before === undefined ? 0 : ((now.bytes - before.bytes) * 8000) / Math.max(1, now.at - before.at);
  const picture = now.width && now.height ? `${now.width} × ${now.height}` : '';
  const rate = now.rate ? `${Math.round(now.rate)}/s` : '';
  const limit =
    now.limit === 'cpu' ? 'this device is at its limit' : now.limit === 'bandwidth' ? 'the line is slow' : '';
  return [before === undefined ? '' : bitrate(bits), picture, rate, limit].filter(Boolean).join(' · ');
}
