// @ts-check
/** Keeps one player where its mode wants it: the hand on the video element that follows what `steering.js` says. */
import { distanceOf } from './modes.js';
import { aim, hangs, Penalty, steer } from './steering.js';

/**
 * @import { ServerClock } from './clock.js'
 * @import { Engine } from './engine.js'
 * @import { Mode } from './modes.js'
 */

/** Milliseconds after the first picture in which a jump is no break in what somebody watches, and between two jumps. */
const settling = 1500;
const rest = 700;
/** The share of a mode's margin that a jump leaves buffered. */
const kept = 0.7;
/** Milliseconds after which a stall is forgotten. */
const forgiven = 20_000;

export class Pace {
  #video;
  #clock;
  /** @type {Mode} */
  #mode = 'low';
  #penalty = new Penalty({ step: 0, most: 0, lasts: 1 });
  /** When the engine's first picture came, and when the last jump was; of `performance.now()`. */
  #shownAt = 0;
  #jumped = Number.NEGATIVE_INFINITY;
  jumps = 0;

  /** @param {HTMLVideoElement} video @param {ServerClock} clock */
  constructor(video, clock) {
    this.#video = video;
    this.#clock = clock;
  }

  /** Begins anew, with nothing shown yet. @param {Mode} mode */
  begin(mode) {
    this.#mode = mode;
    this.#shownAt = 0;
    this.#jumped = Number.NEGATIVE_INFINITY;
    this.#video.playbackRate = 1;
    const { step, most } = distanceOf(mode);
    this.#penalty = new Penalty({ step, most, lasts: forgiven });
  }

  /** A picture is shown. */
  shown() {
    if (this.#shownAt === 0) this.#shownAt = performance.now();
  }

  /** It ran dry at the live edge: a little more distance is better. */
  stalled() {
    this.#penalty.stalled(performance.now());
  }

  /** At the live edge: the engine will not move the picture any more. @param {Engine} engine @param {number} waited milliseconds */
  hangs(engine, waited) {
    const { date, range } = engine;
    if (this.#shownAt === 0 || date === undefined || range === undefined) return false;
    return hangs(waited, (range.end - date) / 1000);
  }

  /** As whoever is not at the live edge plays. */
  release() {
    if (this.#video.playbackRate !== 1) this.#video.playbackRate = 1;
  }

  /**
   * Ten times a second, at the live edge.
   * @param {Engine} engine
   * @returns {{ readonly target: number, readonly jumped: boolean } | undefined} seconds that it aims at; undefined when that cannot be said yet
   */
  keep(engine) {
    const video = this.#video;
    const date = engine.date;
    if (date === undefined || !this.#clock.known) return undefined;
    const now = performance.now();
    const { base, margin } = distanceOf(this.#mode, engine.piece);
    const target = aim(base, margin, engine.edgeAge, this.#penalty.at(now));
    const still = { target, jumped: false };
    if (video.paused || video.seeking || video.readyState < 3) return still;
    const order = steer({
      latency: (this.#clock.now() - date) / 1000,
      target,
      ahead: engine.ahead,
      rate: video.playbackRate,
      reserve: margin * kept,
      eager: now - this.#shownAt < settling,
    });
    if (video.playbackRate !== order.rate) video.playbackRate = order.rate;
    if (order.jump === 0 || now - this.#jumped < rest) return still;
    this.#jumped = now;
    if (!engine.seek(date + order.jump * 1000)) return still;
    this.jumps += 1;
    return { target, jumped: true };
  }
}
