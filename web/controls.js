// @ts-check
/** The buttons over the picture, and what is said over it. */
import { element, icon, make, recall, relabel, remember, setText } from './dom.js';
import { lively } from './states.js';
import { lengthOf } from './words.js';

/**
 * @import { Player } from './player.js'
 * @import { RewindBar } from './rewind-bar.js'
 */

/** Milliseconds without a movement after which a playing picture stands alone. */
const calm = 2600;

export class Controls {
  #player;
  #bar;
  #video;
  #box = element('player', HTMLElement);
  #toggle = element('toggle', HTMLButtonElement);
  #bigPlay = element('big-play', HTMLButtonElement);
  #mute = element('mute', HTMLButtonElement);
  #unmute = element('unmute', HTMLButtonElement);
  #volume = element('volume', HTMLInputElement);
  #goLive = element('go-live', HTMLButtonElement);
  #behind = element('behind', HTMLElement);
  #fullscreen = element('fullscreen', HTMLButtonElement);
  #spinner = element('spinner', HTMLElement);
  #message = element('message', HTMLElement);
  #moved = performance.now();
  #said = '';

  /** @param {Player} player @param {RewindBar} bar @param {HTMLVideoElement} video */
  constructor(player, bar, video) {
    this.#player = player;
    this.#bar = bar;
    this.#video = video;
    video.volume = Number(recall('volume') ?? 1);
    this.#toggle.onclick = () => this.toggle();
    this.#bigPlay.onclick = () => this.toggle();
    this.#mute.onclick = () => this.mute();
    this.#unmute.onclick = () => this.mute();
    this.#volume.oninput = () => this.volume(this.#volume.valueAsNumber);
    this.#goLive.onclick = () => this.goLive();
    this.#fullscreen.onclick = () => this.fullscreen();
    this.#listenToPointer();
    document.addEventListener('fullscreenchange', () => this.show());
    setInterval(() => this.#tick(), 250);
  }

  #listenToPointer() {
    const box = this.#box;
    const wake = () => {
      this.#moved = performance.now();
      box.classList.remove('calm');
    };
    for (const event of ['pointermove', 'keydown', 'focusin', 'pointerdown'])
      box.addEventListener(event, wake);
    box.addEventListener('pointerleave', () => {
      this.#moved = -calm;
    });
    this.#video.addEventListener('click', (event) => {
      // A finger on the picture asks for the buttons; a mouse has them already.
      const touch = event instanceof PointerEvent && event.pointerType !== 'mouse';
      if (!touch) this.toggle();
    });
    this.#video.addEventListener('dblclick', () => this.fullscreen());
  }

  toggle() {
    if (this.#player.ended && this.#player.stream !== undefined) this.#player.watch(this.#player.stream);
    else if (this.#video.paused) this.#player.play();
    else this.#player.pause();
    this.show();
  }

  mute() {
    this.#video.muted = !this.#video.muted;
    if (!this.#video.muted && this.#video.volume === 0) this.#video.volume = 1;
    remember('sound', this.#video.muted ? 'off' : 'on');
    this.show();
  }

  /** @param {number} value from 0 to 1 */
  volume(value) {
    this.#video.volume = Math.min(1, Math.max(0, value));
    this.#video.muted = this.#video.volume === 0;
    remember('volume', String(this.#video.volume));
    remember('sound', this.#video.muted ? 'off' : 'on');
    this.show();
  }

  goLive() {
    this.#player.goLive();
    this.show();
  }

  fullscreen() {
    const box = this.#box;
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (box.requestFullscreen) void box.requestFullscreen().catch(() => {});
    // iPhones show nothing but a video element itself in full.
    else if ('webkitEnterFullscreen' in this.#video) {
      /** @type {{ webkitEnterFullscreen(): void }} */ (
        /** @type {unknown} */ (this.#video)
      ).webkitEnterFullscreen();
    }
  }

  /** Everything as it is now. */
  show() {
    const [player, video] = [this.#player, this.#video];
    const isLively = lively.has(player.state.name);
    const paused = video.paused || ['ended', 'refused', 'unplayable'].includes(player.state.name);
    relabel(this.#toggle, paused ? 'Play' : 'Pause', paused ? 'play' : 'pause');
    const silent = video.muted || video.volume === 0;
    relabel(this.#mute, silent ? 'Turn the sound on' : 'Mute', silent ? 'silent' : 'sound');
    this.#volume.value = String(video.muted ? 0 : video.volume);
    this.#volume.style.setProperty('--fill', this.#volume.value);
    // Only for those who did not choose silence: the browser did.
    this.#unmute.hidden = !video.muted || !isLively || recall('sound') !== undefined;
    const full = document.fullscreenElement !== null;
    relabel(this.#fullscreen, full ? 'Leave full screen' : 'Full screen', full ? 'narrow' : 'wide');
    this.#showPlace();
    this.#showState();
    this.#bar.show();
  }

  #showPlace() {
    const { live, engine, date, state } = this.#player;
    const range = this.#bar.range;
    const over = engine?.over === true;
    this.#goLive.hidden = over;
    const edge = live && !this.#video.paused && lively.has(state.name);
    this.#goLive.classList.toggle('edge', edge);
    const label = edge ? 'Live' : 'Go to live';
    if (this.#goLive.getAttribute('aria-label') !== label) this.#goLive.setAttribute('aria-label', label);
    if (range === undefined || date === undefined || edge) setText(this.#behind, '');
    else if (over) {
      const length = lengthOf((range.end - range.start) / 1000);
      setText(this.#behind, `${lengthOf((date - range.start) / 1000)} / ${length}`);
    } else setText(this.#behind, `−${lengthOf((range.end - date) / 1000)}`);
  }

  /** What is said over the picture; where something is waited for, it changes with time alone. */
  #showState() {
    const { message = '', offers, spins } = this.#player.state;
    this.#spinner.hidden = !spins;
    this.#bigPlay.hidden = offers !== 'play';
    const said = `${message}|${offers}`;
    if (said === this.#said) return;
    this.#said = said;
    this.#message.hidden = message === '';
    this.#message.replaceChildren(make('p', {}, [message]));
    if (offers !== 'again' && offers !== 'retry') return;
    const text = offers === 'again' ? 'From the beginning' : 'Try again';
    const button = make('button', { type: 'button' }, [icon('play'), text]);
    button.onclick = () => this.#player.goLive();
    this.#message.append(button);
  }

  #tick() {
    const resting = performance.now() - this.#moved > calm;
    const inside =
      this.#box.contains(document.activeElement) && document.activeElement?.matches(':focus-visible');
    const busy =
      this.#video.paused || this.#box.querySelector('[aria-expanded=true]') !== null || inside === true;
    this.#box.classList.toggle('calm', resting && !busy);
    this.#showPlace();
    this.#showState();
    this.#bar.show();
  }
}
