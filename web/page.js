// @ts-check
/** Everything around the picture, put together: which stream is shown, its controls, and what else there is. */
import { Controls } from './controls.js';
import { Details } from './details.js';
import { element, setText } from './dom.js';
import { listenToKeys } from './keys.js';
import { RewindBar } from './rewind-bar.js';
import { Settings } from './settings.js';
import { onlyLive } from './start.js';
import { Streams } from './streams.js';
import { counted, roughly } from './words.js';

/**
 * @import { ServerClock } from './clock.js'
 * @import { Player } from './player.js'
 * @import { Servers } from './servers.js'
 * @import { StreamsAnswer } from './start.js'
 */

export class Page {
  #player;
  #bar;
  #controls;
  #settings;
  #streams;
  /** When the programme that is shown began: another one under the same name is another programme. */
  #began = /** @type {number | undefined} */ (undefined);
  /** The viewer went to the overview: nothing begins by itself any more. */
  #overview = false;

  /** @param {{ player: Player, clock: ServerClock, servers: Servers, video: HTMLVideoElement }} parts */
  constructor({ player, clock, servers, video }) {
    this.#player = player;
    const bar = new RewindBar(player, clock);
    const controls = new Controls(player, bar, video);
    const settings = new Settings(player);
    const details = new Details(player, video, clock, servers);
    listenToKeys({ controls, bar, details, settings, video });
    const connection = element('connection', HTMLElement);
    const onTrouble = /** @param {string | undefined} trouble */ (trouble) =>
      setText(connection, trouble ?? '');
    const streams = new Streams(servers, () => this.#onStreams(), onTrouble);
    this.#bar = bar;
    this.#controls = controls;
    this.#settings = settings;
    this.#streams = streams;
    document.addEventListener('click', (event) => this.#onClick(event));
    addEventListener('popstate', () => this.#choose(new URL(location.href).searchParams.get('stream')));
  }

  /** @param {StreamsAnswer | undefined} answer what has been asked already */
  begin(answer) {
    this.#titled();
    void this.#streams.follow(answer);
  }

  /** @param {string | null} name */
  #choose(name) {
    element('watch', HTMLElement).hidden = name === null;
    this.#began = this.#streams.find(name ?? undefined)?.began;
    if (name === null) this.#player.stop();
    else this.#player.watch(name);
    this.#titled();
    this.show();
  }

  #titled() {
    const { stream } = this.#player;
    document.title = stream === undefined ? 'Sluice live' : `${stream} · Sluice live`;
    if (stream !== undefined) setText(element('title', HTMLElement), stream);
  }

  #onStreams() {
    const player = this.#player;
    const { stream } = player;
    const info = this.#streams.find(stream);
    if (stream === undefined) {
      // Of several, the viewer chooses.
      const only = onlyLive(this.#streams.all);
      if (only !== undefined && !this.#overview) this.#choose(only.name);
    } else if (info !== undefined) {
      const anew = this.#began !== undefined && info.began > this.#began && info.state === 'live';
      const playable = player.unplayable !== undefined && (info.renditions ?? []).some(isPlayable);
      this.#began = info.began;
      this.#bar.from = info.recorded?.from ?? info.began;
      if (anew || playable) player.watch(stream);
    }
    this.show();
  }

  /** Everything as it is now. */
  show() {
    const { stream } = this.#player;
    const info = this.#streams.find(stream);
    if (stream !== undefined) this.#player.published = info !== undefined || !this.#streams.known;
    const facts = element('facts', HTMLElement);
    if (info !== undefined) {
      const viewers = info.viewers === undefined ? [] : [counted(info.viewers, 'viewer')];
      const live = [`Live for ${roughly(Date.now() - info.began)}`, ...viewers];
      setText(facts, info.state === 'live' ? live.join(' · ') : 'Recorded');
    } else if (this.#player.refused !== undefined) {
      setText(facts, '');
    } else if (this.#streams.known && stream !== undefined) {
      setText(facts, 'Not published yet');
    }
    this.#controls.show();
    this.#settings.show();
    this.#streams.show(stream);
  }

  /** Links within the page change what it shows; they are links all the same, to be opened elsewhere. @param {MouseEvent} event */
  #onClick(event) {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const name = link.dataset.stream;
    if (name === undefined && link.dataset.home === undefined) return;
    event.preventDefault();
    const url = new URL(location.href);
    if (name === undefined) url.searchParams.delete('stream');
    else url.searchParams.set('stream', name);
    history.pushState(null, '', url);
    this.#overview = name === undefined;
    this.#choose(name ?? null);
    scrollTo({ top: 0 });
  }
}

/** What this browser does not play may have been replaced by what it does. @param {{ readonly codecs: string }} rendition */
function isPlayable({ codecs }) {
  return MediaSource.isTypeSupported(`video/mp4; codecs="${codecs}"`);
}
