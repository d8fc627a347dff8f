// @ts-check
/** The buttons over the picture, and what is said over it. */
import { element, icon, make, recall, relabel, remember, setText } from './dom.js';
import { lengthOf } from './words.js';

/**
 * @import { Player } from './player.js'
 * @import { RewindBar } from './rewind-bar.js'
 */

/** Milliseconds without a movement after which a playing picture stands alone. */
const calm = 2600;
/** Milliseconds without a picture after which waiting is shown. */
const noticed = 500;

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
  #waitingSince = 0;
  #waitingTimer = 0;
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
    const paused = video.paused || player.ended;
    relabel(this.#toggle, paused ? 'play' : 'pause', paused ? 'Play' : 'Pause');
    this.#bigPlay.hidden = !paused || player.waiting || player.refused !== undefined;
    const silent = video.muted || video.volume === 0;
    relabel(this.#mute, silent ? 'silent' : 'sound', silent ? 'Turn the sound on' : 'Mute');
    this.#volume.value = String(video.muted ? 0 : video.volume);
    this.#volume.style.setProperty('--fill', this.#volume.value);
    // Only for those who did not choose silence: the browser did.
    this.#unmute.hidden = !video.muted || paused || recall('sound') !== undefined;
    const full = document.fullscreenElement !== null;
    relabel(this.#fullscreen, full ? 'narrow' : 'wide', full ? 'Leave full screen' : 'Full screen');
    this.#showPlace();
    this.#showWaiting();
    this.#bar.show();
  }

  #showPlace() {
    const { live, engine, date } = this.#player;
    const range = this.#bar.range;
    const over = engine?.over === true;
    this.#goLive.hidden = over;
    const edge = live && !this.#video.paused;
    this.#goLive.classList.toggle('edge', edge);
    const label = edge ? 'Live' : 'Go to live';
    if (this.#goLive.getAttribute('aria-label') !== label) this.#goLive.setAttribute('aria-label', label);
    if (range === undefined || date === undefined || edge) setText(this.#behind, '');
    else if (over) {
      const length = lengthOf((range.end - range.start) / 1000);
      setText(this.#behind, `${lengthOf((date - range.start) / 1000)} / ${length}`);
    } else setText(this.#behind, `−${lengthOf((range.end - date) / 1000)}`);
  }

  #showWaiting() {
    const { waiting, refused, ended, cut } = this.#player;
    const blocked = waiting && !this.#video.paused && !ended;
    if (!blocked) this.#waitingSince = 0;
    else if (this.#waitingSince === 0) {
      this.#waitingSince = performance.now();
      clearTimeout(this.#waitingTimer);
      this.#waitingTimer = setTimeout(() => this.#showWaiting(), noticed + 10);
    }
    const since = this.#waitingSince === 0 ? 0 : performance.now() - this.#waitingSince;
    this.#spinner.hidden = since < noticed || refused !== undefined;
    if (refused !== undefined) this.#say(refused);
    else if (ended) this.#say('The programme has ended.');
    else if (since > 4000) this.#say(cut ? 'Connecting again …' : 'Waiting for the picture …');
    else this.#say('');
  }

  /** @param {string} text */
  #say(text) {
    if (text === this.#said) return;
    this.#said = text;
    this.#message.hidden = text === '';
    this.#message.replaceChildren(make('p', {}, [text]));
    if (this.#player.ended) {
      const again = make('button', { type: 'button' }, [icon('play'), 'From the beginning']);
      again.onclick = () => this.toggle();
      this.#message.append(again);
    }
  }

  #tick() {
    const resting = performance.now() - this.#moved > calm;
    const inside =
      this.#box.contains(document.activeElement) && document.activeElement?.matches(':focus-visible');
    const busy =
      this.#video.paused || this.#box.querySelector('[aria-expanded=true]') !== null || inside === true;
    this.#box.classList.toggle('calm', resting && !busy);
    this.#showPlace();
    this.#showWaiting();
    this.#bar.show();
  }
}
