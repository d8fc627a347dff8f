// @ts-check
/** The keyboard. */
import { element, make } from './dom.js';

/**
 * @import { Controls } from './controls.js'
 * @import { Details } from './details.js'
 * @import { RewindBar } from './rewind-bar.js'
 * @import { Settings } from './settings.js'
 */

const help = element('help', HTMLElement);

/**
 * @param {{ controls: Controls, bar: RewindBar, details: Details, settings: Settings, video: HTMLVideoElement }} page
 */
export function listenToKeys({ controls, bar, details, settings, video }) {
  /** @type {readonly (readonly [string, string, string, () => void])[]} keys, how they are called, what they do */
  const table = [
    [' k', 'Space', 'play or pause', () => controls.toggle()],
    ['ArrowLeft', '←', '5 seconds back', () => bar.step(-5)],
    ['ArrowRight', '→', '5 seconds forward', () => bar.step(5)],
    ['j', 'J', '30 seconds back', () => bar.step(-30)],
    ['l', 'L', 'to the live picture', () => controls.goLive()],
    ['ArrowUp', '↑', 'louder', () => controls.volume(video.volume + 0.1)],
    ['ArrowDown', '↓', 'softer', () => controls.volume(video.volume - 0.1)],
    ['m', 'M', 'sound on or off', () => controls.mute()],
    ['f', 'F', 'full screen', () => controls.fullscreen()],
    ['i', 'I', 'playback details', () => details.toggle()],
    ['q', 'Q', 'quality and latency', () => settings.open(true)],
    ['?', '?', 'this list', () => showHelp(Boolean(help.hidden))],
  ];
  const rows = table.flatMap(([, name, what]) => [
    make('dt', {}, [make('kbd', {}, [name])]),
    make('dd', {}, [what]),
  ]);
  help.replaceChildren(make('h2', {}, ['Keyboard']), make('dl', {}, rows));
  help.onclick = () => showHelp(false);

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    if (key === 'Escape') return showHelp(false);
    // Without a player there is nothing to command; with a menu in use, keys are its own.
    if (element('watch', HTMLElement).hidden) return;
    if (target instanceof HTMLInputElement && (target.type !== 'range' || target.id === 'volume')) return;
    const presses = target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement;
    if (presses && (key === ' ' || key === 'Enter')) return;
    const found = table.find(
      ([keys]) => keys === key || (keys.length === 2 && keys.includes(key)) || keys === key.toLowerCase(),
    );
    if (found === undefined) return;
    event.preventDefault();
    found[3]();
  });
}

/** @param {boolean} open */
function showHelp(open) {
  help.hidden = !open;
}
