// @ts-check
/** Latency, buffer and the rest, for those who ask. */
import { element, make, setText } from './dom.js';
import { bitrate, precisely } from './words.js';

/**
 * @import { Player } from './player.js'
 * @import { ServerClock } from './clock.js'
 * @import { Servers } from './servers.js'
 */

export class Details {
  #player;
  #video;
  #clock;
  #servers;
  #list = element('details', HTMLElement);
  #button = element('show-details', HTMLButtonElement);
  /** @type {Map<string, HTMLElement>} */
  #values = new Map();

  /**
   * @param {Player} player
   * @param {HTMLVideoElement} video
   * @param {ServerClock} clock
   * @param {Servers} servers
   */
  constructor(player, video, clock, servers) {
    this.#player = player;
    this.#video = video;
    this.#clock = clock;
    this.#servers = servers;
    this.#button.onclick = () => this.toggle();
    setInterval(() => this.#show(), 250);
  }

  toggle() {
    this.#list.hidden = !this.#list.hidden;
    this.#button.setAttribute('aria-expanded', String(!this.#list.hidden));
    this.#show();
  }

  #show() {
    if (this.#list.hidden) return;
    for (const [name, text] of Object.entries(this.#rows())) {
      let value = this.#values.get(name);
      if (value === undefined) {
        value = make('dd');
        this.#values.set(name, value);
        this.#list.append(make('dt', {}, [name]), value);
      }
      setText(value, text);
    }
  }

  /** @returns {Record<string, string>} */
  #rows() {
    const { latency, target, engine, counts } = this.#player;
    const video = this.#video;
    const { totalVideoFrames = 0, droppedVideoFrames = 0 } = video.getVideoPlaybackQuality?.() ?? {};
    const clock = this.#clock.roundTrip;
    const bandwidth = engine?.details.bandwidth;
    return {
      Latency: latency === undefined ? '–' : precisely(latency),
      Aim: target === undefined ? '–' : precisely(target),
      Buffer: engine === undefined ? '–' : precisely(engine.ahead),
      Rate: `${video.playbackRate.toFixed(2)}×`,
      Picture: video.videoWidth > 0 ? `${video.videoWidth}×${video.videoHeight}` : '–',
      Frames: `${totalVideoFrames}, ${droppedVideoFrames} dropped`,
      Stalls: `${counts.stalls}`,
      'First picture': counts.firstPicture === undefined ? '–' : precisely(counts.firstPicture),
      Delivery: engine?.details.delivery ?? '–',
      Bandwidth: bandwidth === undefined ? '–' : bitrate(bandwidth),
      Server: new URL(this.#servers.base).host,
      Clock: clock === undefined ? '–' : `± ${(clock / 2).toFixed(1)} ms`,
    };
  }
}
