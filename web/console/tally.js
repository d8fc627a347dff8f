// @ts-check
/** What is told of all that is being sent, in one pass: a folder can have a hundred thousand files, and bytes go all the time. Pure. */

/** @import { Item, SendState } from './sending.js' */

/** @type {readonly SendState[]} what somebody has to look at comes first */
const order = ['failed', 'left', 'sending', 'paused', 'waiting', 'sent'];

/**
 * @typedef {object} Tally
 * @property {Record<SendState, number>} counts
 * @property {number} bytes of those that are sent from here
 * @property {number} done
 * @property {readonly Item[]} shown the first of them, in the order in which they are looked at
 */

/**
 * @param {Iterable<Item>} items
 * @param {number} most that are shown
 * @returns {Tally}
 */
export function tallyOf(items, most) {
  const counts = { failed: 0, left: 0, sending: 0, paused: 0, waiting: 0, sent: 0 };
  /** @type {Record<SendState, Item[]>} */
  const first = { failed: [], left: [], sending: [], paused: [], waiting: [], sent: [] };
  let [bytes, done] = [0, 0];
  for (const item of items) {
    const { state, entry, sent } = item;
    counts[state] += 1;
    if (first[state].length < most) first[state].push(item);
    if (state === 'left') continue;
    bytes += entry.size;
    done += sent;
  }
  return { counts, bytes, done, shown: order.flatMap((state) => first[state]).slice(0, most) };
}
