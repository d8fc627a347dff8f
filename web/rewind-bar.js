// @ts-check
/** The bar under the picture: as long as what can be watched, from the oldest picture that Kafka holds to the present. */
import { element, setText } from './dom.js';
import { lengthOf, timeOfDay } from './words.js';

/**
 * @import { Player } from './player.js'
 * @import { ServerClock } from './clock.js'
 */

/** Steps of the bar: finer than a pixel of any screen. */
const steps = 10_000;

export class RewindBar {
  #player;
  #clock;
  #bar = element('bar', HTMLInputElement);
  #time = element('bar-time', HTMLOutputElement);
  /** When the programme began, or the oldest of it that is left. */
  from = /** @type {number | undefined} */ (undefined);
  /** The viewer is dragging: the bar is theirs. */
  #held = false;
  /** Where the player was told to go; until it is there the bar stays. */
  #wanted = /** @type {{ date: number, since: number } | undefined} */ (undefined);

  /** @param {Player} player @param {ServerClock} clock */
  constructor(player, clock) {
    this.#player = player;
    this.#clock = clock;
    const bar = this.#bar;
    bar.max = String(steps);
    bar.addEventListener('input', () => {
      this.#held = true;
      this.#point(this.#dateAt(bar.valueAsNumber / steps), bar.valueAsNumber / steps);
    });
    bar.addEventListener('change', () => {
      this.#held = false;
      this.#time.hidden = true;
      this.go(this.#dateAt(bar.valueAsNumber / steps));
    });
    bar.addEventListener('pointermove', ({ offsetX, pointerType }) => {
      if (pointerType === 'mouse') this.#hover(offsetX / bar.clientWidth);
    });
    bar.addEventListener('pointerleave', () => {
      if (!this.#held) this.#time.hidden = true;
    });
  }

  /** What can be gone to: milliseconds since the epoch. */
  get range() {
    const engine = this.#player.engine;
    const known = engine?.range;
    if (engine?.over) return known;
    const end = this.#clock.now() - (this.#player.target ?? 0) * 1000;
    const start = Math.min(this.from ?? end, known?.start ?? end);
    return { start, end: Math.max(end, start + 1) };
  }

  /** @param {number} date */
  go(date) {
    const range = this.range;
    if (range === undefined) return;
    const wanted = Math.min(Math.max(date, range.start), range.end);
    this.#wanted = { date: wanted, since: performance.now() };
    this.#player.seek(wanted);
    this.show();
  }

  /** Forward, or back. @param {number} seconds */
  step(seconds) {
    const from = this.#wanted?.date ?? this.#player.date;
    if (from !== undefined) this.go(from + seconds * 1000);
  }

  /** @param {number} share of the bar, from 0 to 1 */
  #dateAt(share) {
    const range = this.range ?? { start: 0, end: 0 };
    return range.start + share * (range.end - range.start);
  }

  /** @param {number} share */
  #hover(share) {
    const bounded = Math.min(1, Math.max(0, share));
    this.#point(this.#dateAt(bounded), bounded);
  }

  /** Tells the time at a place of the bar. @param {number} date @param {number} share */
  #point(date, share) {
    const range = this.range;
    if (range === undefined) return;
    const over = this.#player.engine?.over === true;
    const behind = (range.end - date) / 1000;
    const distance = over
      ? lengthOf((date - range.start) / 1000)
      : behind < 1
        ? 'live'
        : `−${lengthOf(behind)}`;
    setText(this.#time, `${timeOfDay(date)} · ${distance}`);
    this.#time.style.setProperty('--at', String(share));
    this.#time.hidden = false;
  }

  /** Where the player is now. */
  get #date() {
    const date = this.#player.date;
    const wanted = this.#wanted;
    if (wanted === undefined) return date;
    const there = date !== undefined && Math.abs(date - wanted.date) < 3000 && !this.#player.waiting;
    if (there || performance.now() - wanted.since > 5000) this.#wanted = undefined;
    return this.#wanted?.date ?? date;
  }

  show() {
    const range = this.range;
    const date = this.#date;
    if (range === undefined || date === undefined) {
      if (this.#player.live) this.#fill(1);
      return;
    }
    const { live: atEdge, engine } = this.#player;
    const live = atEdge && engine?.over !== true && this.#wanted === undefined;
    const share = live ? 1 : Math.min(1, Math.max(0, (date - range.start) / (range.end - range.start)));
    if (!this.#held) {
      this.#bar.value = String(Math.round(share * steps));
      this.#fill(share);
    }
    const behind = (range.end - date) / 1000;
    const text = live ? 'Live' : `${timeOfDay(date)}, ${lengthOf(behind)} behind`;
    if (this.#bar.getAttribute('aria-valuetext') !== text) this.#bar.setAttribute('aria-valuetext', text);
  }

  /** @param {number} share */
  #fill(share) {
    this.#bar.style.setProperty('--fill', share.toFixed(4));
  }
}
