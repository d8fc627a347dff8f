// @ts-check
/**
 * Keeps viewers in step: everybody aims at the same distance from the time at which a picture was taken, by the server's
 * clock, and gets there by playing a little faster or slower. Pure.
 */

/** So much may be wrong about when a picture was taken. Seconds. */
const doubt = 0.25;

/**
 * Where the player aims. Seconds behind the time at which a picture was taken.
 *
 * Everybody who watches in one mode has the same `base`, so that all show the same picture. Two things move it, in steps, so
 * that neighbours still meet: a stream whose parts take longer to arrive (or whose publisher's clock is wrong: then they seem
 * to take long, or to come before their time), and a connection that has run dry here.
 *
 * @param {number} base of the mode
 * @param {number} margin how far behind the newest bytes it must stay to have enough buffered
 * @param {number | undefined} edge how old the newest bytes are when they come, by the server's clock
 * @param {number} penalty for what ran dry
 */
export function aim(base, margin, edge, penalty) {
  if (edge === undefined) return base + penalty;
  const needed = edge + margin;
  // A clock that is before ours makes everything look younger than it is; a little is how long an encoder takes.
  if (edge >= -doubt && needed <= base) return base + penalty;
  return Math.ceil(needed * 4) / 4 + penalty;
}

/**
 * @typedef {object} Position
 * @property {number} latency seconds behind the time at which the picture on the screen was taken
 * @property {number} target
 * @property {number} ahead seconds buffered in front of it
 * @property {number} rate at which it plays now
 * @property {number} [reserve] seconds that a jump must leave buffered
 * @property {boolean} [eager] it has only just begun: a jump is better than hurrying
 */

/**
 * What to do about it: a rate to play at, or so many seconds to jump over, which is seen, but over at once.
 * @typedef {{ readonly rate: number, readonly jump: number }} Order
 */

/** Below this nobody sees that two pages differ, and sound is better left alone. Seconds. */
const still = 0.012;
/** An error is to be gone in about this many seconds. */
const horizon = 1.2;
/** Further behind than this nobody wants to wait for. Seconds. */
const tooFar = 1.2;
const tooFarYet = 0.12;
/** Milliseconds in which all that runs dry is one thing. */
const aMoment = 2000;
/** With less than this buffered nobody hurries. Seconds. */
const thin = 0.06;

/** Milliseconds without a moving picture, and seconds that the newest bytes are in front of it, after which nobody will mend that any more. */
const longest = 10_000;
const left = 5;

/**
 * Whether a player hangs at the live edge: it waits and waits though there is more and more to show. Where nothing more comes, nobody
 * publishes, and waiting is right.
 * @param {number} waited milliseconds
 * @param {number} ahead seconds from the picture on the screen to the newest that is known
 */
export function hangs(waited, ahead) {
  return waited > longest && ahead > left;
}

/**
 * @param {Position} position
 * @returns {Order}
 */
export function steer({ latency, target, ahead, rate, reserve = thin, eager = false }) {
  const error = latency - target;
  // In front of what all others see by so much that slowing down would last: the clock was corrected, or the target raised.
  if (error < -tooFar) return { rate: 1, jump: error };
  // To where there is something to play: a jump into an empty buffer is a stall. And not for a little.
  const jump = Math.min(error, ahead - reserve);
  if (error > (eager ? tooFarYet : tooFar) && jump > Math.max(tooFarYet, error / 2)) return { rate: 1, jump };
  // Once it stands well, it takes more to move it: rates that flicker are heard.
  const enough = rate === 1 ? 2 * still : still / 2;
  if (Math.abs(error) < enough) return { rate: 1, jump: 0 };
  const wanted = 1 + error / horizon;
  // Above a quarter faster speech is hard to follow; steps of a hundredth, for each change of rate costs the sound a little.
  const bounded = Math.round(Math.min(1.25, Math.max(0.85, wanted)) * 100) / 100;
  if (bounded > 1 && ahead < thin) return { rate: 1, jump: 0 };
  return { rate: bounded, jump: 0 };
}

/**
 * The price of running dry again and again, which falls with time. Seconds. Once is no reason to stand elsewhere than all others:
 * computers are busy for a moment, connections change.
 */
export class Penalty {
  #value = 0;
  #since = Number.NEGATIVE_INFINITY;
  /** When it ran dry for the last time; of several within a moment, the first. */
  #last = Number.NEGATIVE_INFINITY;

  /** @param {{ readonly step: number, readonly most: number, readonly lasts: number }} options `lasts`: milliseconds */
  constructor(options) {
    this.options = options;
  }

  /** @param {number} now milliseconds */
  stalled(now) {
    if (now - this.#last < aMoment) return;
    const again = now - this.#last < this.options.lasts;
    this.#last = now;
    if (!again) return;
    this.#value = Math.min(this.options.most, this.at(now) + this.options.step);
    this.#since = now;
  }

  /** @param {number} now milliseconds */
  at(now) {
    if (this.#value === 0) return 0;
    const { step, lasts } = this.options;
    return Math.max(0, this.#value - step * Math.floor((now - this.#since) / lasts));
  }
}
