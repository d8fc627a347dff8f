// @ts-check
/** How far behind the present a viewer may choose to be. */

/** @typedef {'lowest' | 'low' | 'steady'} Mode */

/**
 * Seconds behind the time at which a picture was taken: `base` is where all viewers of a mode aim, `margin` how far behind the
 * newest bytes they have to stay, `step` and `most` what running dry costs.
 * @typedef {{ readonly base: number, readonly margin: number, readonly step: number, readonly most: number }} Distance
 */

/** @type {Readonly<Record<Mode, Distance>>} */
export const modes = {
  lowest: { base: 0.24, margin: 0.1, step: 0.06, most: 0.6 },
  low: { base: 0.7, margin: 0.4, step: 0.25, most: 1.5 },
  steady: { base: 4, margin: 2.4, step: 1, most: 4 },
};

/** @param {string | null | undefined} text @returns {Mode | undefined} */
export function modeOf(text) {
  return text === 'lowest' || text === 'low' || text === 'steady' ? text : undefined;
}
