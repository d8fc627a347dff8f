// @ts-check
/** How far behind the present a viewer may choose to be. Pure. */

/** @typedef {'lowest' | 'low' | 'steady'} Mode */

/**
 * Seconds behind the time at which a picture was taken: `base` is where all viewers of a mode aim, `margin` how far behind the
 * newest bytes they have to stay, `step` and `most` what running dry costs.
 * @typedef {{ readonly base: number, readonly margin: number, readonly step: number, readonly most: number }} Distance
 */

/** What is believed of a stream of which nothing has come yet: one picture at a time, and parts as publishers make them. Seconds. */
const onePicture = 1 / 30;
const onePart = 0.16;
/** However short its parts are, a player asks for each of them, and its network is not always quick. Seconds. */
const shortest = 0.13;

/**
 * Between two pieces a player lives on what it has: it stays behind the newest bytes by as much as comes at a time, and by something for
 * what is late. All viewers of a stream see the same pieces, and so aim at the same.
 * @param {Mode} mode
 * @param {number} [piece] seconds that come at a time: of playlists a part; undefined: not known yet
 * @returns {Distance}
 */
export function distanceOf(mode, piece) {
  if (mode === 'lowest') {
    const margin = (piece ?? onePicture) + 0.067;
    return { base: margin + 0.14, margin, step: 0.06, most: 0.6 };
  }
  const part = Math.max(shortest, piece ?? onePart);
  const low = { base: 3 * part + 0.1, margin: 2 * part, step: 0.25, most: 1.5 };
  if (mode === 'low') return low;
  return { base: Math.max(4, low.base), margin: Math.max(2.4, low.margin), step: 1, most: 4 };
}

/** @param {string | null | undefined} text @returns {Mode | undefined} */
export function modeOf(text) {
  return text === 'lowest' || text === 'low' || text === 'steady' ? text : undefined;
}
