// @ts-check
/** The menu of quality and latency. */
import { element, make, remember } from './dom.js';
import { modeOf } from './modes.js';
import { bitrate } from './words.js';

/**
 * @import { Quality } from './engine.js'
 * @import { Player } from './player.js'
 */

const latencies = /** @type {const} */ ([
  ['lowest', 'Lowest', 'a third of a second'],
  ['low', 'Low', 'under a second'],
  ['steady', 'Steady', 'four seconds'],
]);

/** @param {Quality} quality */
function labelOf({ height, bitrate: bits, frameRate, name }) {
  const size = height > 0 ? `${height}p${frameRate > 31 ? Math.round(frameRate) : ''}` : name;
  return { size, bits: bits > 0 ? bitrate(bits) : '' };
}

export class Settings {
  #player;
  #form = element('settings', HTMLFormElement);
  #button = element('show-settings', HTMLButtonElement);
  #drawn = '';

  /** @param {Player} player */
  constructor(player) {
    this.#player = player;
    this.#button.onclick = () => this.open(Boolean(this.#form.hidden));
    this.#form.addEventListener('change', ({ target }) => {
      if (!(target instanceof HTMLInputElement)) return;
      if (target.name === 'latency') {
        const mode = modeOf(target.value) ?? 'low';
        remember('latency', mode);
        player.choose(mode);
      } else {
        player.chooseQuality(target.value);
      }
    });
    this.#form.addEventListener('submit', (event) => event.preventDefault());
    this.#form.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.open(false);
      this.#button.focus();
    });
    document.addEventListener('pointerdown', ({ target }) => {
      const inside = target instanceof Node && (this.#form.contains(target) || this.#button.contains(target));
      if (!inside) this.open(false);
    });
  }

  /** @param {boolean} open */
  open(open) {
    if (this.#form.hidden === !open) return;
    this.#form.hidden = !open;
    this.#button.setAttribute('aria-expanded', String(open));
    this.show();
    if (open) this.#form.querySelector('input')?.focus({ preventScroll: true });
  }

  show() {
    if (this.#form.hidden) return;
    const { mode, quality, engine } = this.#player;
    const qualities = engine?.qualities ?? [];
    const playing = qualities.find(({ name }) => name === engine?.playing);
    // Drawn anew only when it differs: whoever moves by keyboard keeps their place.
    const state = JSON.stringify([mode, quality, qualities, engine?.playing]);
    if (state === this.#drawn) return;
    this.#drawn = state;
    const at = this.#form.querySelector(':focus');
    const focused =
      at instanceof HTMLInputElement ? `input[name=${at.name}][value="${at.value}"]` : undefined;
    const groups = [
      group(
        'Latency',
        'latency',
        latencies.map(([value, name, note]) => ({ value, name, note })),
        mode,
      ),
    ];
    if (qualities.length > 1) {
      const sorted = qualities.toSorted((a, b) => b.bitrate - a.bitrate);
      const choices = sorted.map((each) => {
        const { size, bits } = labelOf(each);
        return { value: each.name, name: size, note: bits };
      });
      const note = playing ? `now ${labelOf(playing).size}` : 'what fits';
      groups.push(group('Quality', 'quality', [{ value: 'auto', name: 'Auto', note }, ...choices], quality));
    }
    this.#form.replaceChildren(...groups);
    const again = focused === undefined ? null : this.#form.querySelector(focused);
    if (again instanceof HTMLInputElement) again.focus({ preventScroll: true });
  }
}

/**
 * @param {string} title
 * @param {string} name
 * @param {readonly { readonly value: string, readonly name: string, readonly note: string }[]} choices
 * @param {string} chosen
 */
function group(title, name, choices, chosen) {
  const rows = choices.map((choice) => {
    const input = make('input', { type: 'radio', name, value: choice.value });
    input.checked = choice.value === chosen;
    return make('label', {}, [input, make('span', {}, [choice.name]), make('small', {}, [choice.note])]);
  });
  return make('fieldset', {}, [make('legend', {}, [title]), ...rows]);
}
