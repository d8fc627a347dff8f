// @ts-check
/**
 * The player: one stream at a time, by one of two engines, live or rewound, kept in step, and never given up. It knows nothing of
 * buttons; it says `onChange` when there is something to show.
 */
import { HlsEngine } from './hls-engine.js';
import { aim, Penalty, steer } from './steering.js';
import { WsEngine } from './ws-engine.js';

/**
 * @import { ServerClock } from './clock.js'
 * @import { Servers } from './servers.js'
 */

/**
 * A way to get media into a video element. Dates are milliseconds since the epoch, of when a picture was taken.
 * @typedef {object} Engine
 * @property {'hls' | 'ws'} kind
 * @property {number | undefined} date of the picture on the screen
 * @property {{ readonly start: number, readonly end: number } | undefined} range dates that can be gone to
 * @property {boolean} over nothing will come any more
 * @property {number | undefined} edgeAge how old the newest bytes are when they come; seconds
 * @property {number} ahead seconds that are buffered
 * @property {readonly Quality[]} qualities
 * @property {string | undefined} playing the quality that is played
 * @property {{ readonly delivery: string, readonly bandwidth?: number | undefined }} details
 * @property {(date: number) => boolean} seek false when the date is not within its range
 * @property {() => void} tend called ten times a second
 * @property {() => void} destroy
 *
 * @typedef {object} Quality
 * @property {string} name
 * @property {number} height
 * @property {number} bitrate
 * @property {number} frameRate
 *
 * @typedef {object} EngineListener
 * @property {() => void} onQualities
 * @property {() => void} onRange
 * @property {(well: boolean) => void} onAnswers whether servers answer
 * @property {(details: string, fatal: boolean) => void} onError for those who count
 * @property {(details: string, status?: number) => void} onBroken it cannot go on, and is to be made anew
 *
 * @typedef {object} EngineOptions
 * @property {HTMLVideoElement} video
 * @property {Servers} servers
 * @property {ServerClock} clock
 * @property {string} stream
 * @property {string | undefined} quality
 * @property {EngineListener} listener
 *
 * @typedef {'lowest' | 'low' | 'steady'} Mode
 */

/** Seconds behind: where each mode aims, and what it must have buffered when bytes are late by a part. */
export const modes = /** @type {const} */ ({
  lowest: { base: 0.24, room: 0.1, step: 0.06, most: 0.6 },
  low: { base: 0.65, room: 0.3, step: 0.25, most: 1.5 },
  steady: { base: 4, room: 2.4, step: 1, most: 4 },
});

/** What a player has been through; tests and the details panel read it. */
class Counts {
  /** Times that it ran dry after its first picture. */
  stalls = 0;
  jumps = 0;
  /** Times that the engine had to be made anew. */
  renewals = 0;
  fatal = 0;
  /** Seconds from the call of `watch` to the first picture. */
  firstPicture = /** @type {number | undefined} */ (undefined);
}

export class Player {
  #video;
  #servers;
  #clock;
  #onChange;
  /** @type {Engine | undefined} */
  #engine;
  #penalty = new Penalty({ step: 0, most: 0, lasts: 1 });
  #jumped = 0;
  #opened = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #renewing;
  #breaks = 0;
  #moving = false;
  #pausedAt = 0;
  /** @type {string | undefined} */
  stream;
  /** @type {Mode} */
  mode = 'low';
  /** Seconds of distance kept; `undefined` in a rewound player. */
  target = /** @type {number | undefined} */ (undefined);
  /** At the live edge, or somewhere in the past. */
  live = true;
  /** The name of a quality, or `auto`. */
  quality = 'auto';
  /** Nothing moves although it should. */
  waiting = false;
  /** Servers do not answer. */
  cut = false;
  /** The programme was watched to its end. */
  ended = false;
  /** Whoever does not wish to watch is not asked to wait: why the stream cannot be watched. */
  refused = /** @type {string | undefined} */ (undefined);
  counts = new Counts();

  /**
   * @param {HTMLVideoElement} video
   * @param {Servers} servers
   * @param {ServerClock} clock
   * @param {() => void} onChange
   */
  constructor(video, servers, clock, onChange) {
    this.#video = video;
    this.#servers = servers;
    this.#clock = clock;
    this.#onChange = onChange;
    video.addEventListener('playing', () => this.#onPlaying());
    video.addEventListener('waiting', () => this.#onWaiting());
    video.addEventListener('pause', () => this.#onPause());
    video.addEventListener('ended', () => {
      this.ended = true;
      onChange();
    });
    for (const event of ['seeked', 'play', 'volumechange', 'resize']) video.addEventListener(event, onChange);
    setInterval(() => this.#tend(), 100);
  }

  get engine() {
    return this.#engine;
  }

  /** The date of the picture on the screen. */
  get date() {
    return this.#engine?.date;
  }

  /** Seconds behind the time at which the picture on the screen was taken. */
  get latency() {
    const date = this.date;
    return date === undefined ? undefined : (this.#clock.now() - date) / 1000;
  }

  /** Begins a stream: at the live edge, or at a date. @param {string} stream @param {number} [from] */
  watch(stream, from) {
    if (stream !== this.stream) this.counts = new Counts();
    this.stream = stream;
    this.#breaks = 0;
    this.#opened = performance.now();
    this.#open(from);
  }

  stop() {
    this.stream = undefined;
    this.#close();
  }

  /** To the live edge. */
  goLive() {
    const { stream } = this;
    if (stream !== undefined) this.watch(stream);
  }

  /** @param {number} date milliseconds since the epoch */
  seek(date) {
    if (this.stream === undefined) return;
    const edge = (this.target ?? modes[this.mode].base) * 1000;
    const over = this.#engine?.over ?? false;
    if (!over && date > this.#clock.now() - edge - 500) return this.live ? undefined : this.goLive();
    this.live = false;
    this.ended = false;
    this.#moving = true;
    if (this.#engine?.kind !== 'hls' || !this.#engine.seek(date)) this.#open(date);
    this.play();
    this.#onChange();
  }

  /** @param {Mode} mode */
  choose(mode) {
    if (mode === this.mode) return;
    const was = this.mode;
    this.mode = mode;
    // Two modes of one engine differ by where they aim.
    const same = was !== 'lowest' && mode !== 'lowest';
    this.#setPenalty();
    if (this.live && !same) this.goLive();
    this.#onChange();
  }

  /** @param {string} name */
  chooseQuality(name) {
    this.quality = name;
    if (this.#engine instanceof HlsEngine) this.#engine.quality = name;
    else if (this.live && this.stream !== undefined) this.#open();
    this.#onChange();
  }

  /** Plays; without sound where the browser does not allow it yet. */
  play() {
    const video = this.#video;
    if (video.paused && this.live && this.#pausedAt > 0 && this.#engine?.kind === 'ws') this.#open();
    else if (video.paused && this.#pausedAt > 0 && this.#leftBehind()) return;
    this.#pausedAt = 0;
    video.play().catch((error) => {
      if (error.name !== 'NotAllowedError' || video.muted) return;
      video.muted = true;
      video.play().catch(() => {});
    });
  }

  pause() {
    this.#video.pause();
  }

  /** Whether what was paused has left the playlist by now; then it is fetched from the past. */
  #leftBehind() {
    const [date, range] = [this.date, this.#engine?.range];
    if (date === undefined || range === undefined || date > range.start + 1000) return false;
    this.#pausedAt = 0;
    this.seek(date);
    return true;
  }

  /** @param {number} [from] */
  #open(from) {
    this.#close();
    const stream = this.stream;
    if (stream === undefined) return;
    this.live = from === undefined;
    this.ended = false;
    this.refused = undefined;
    this.waiting = true;
    this.#moving = true;
    this.#setPenalty();
    const options = {
      video: this.#video,
      servers: this.#servers,
      clock: this.#clock,
      stream,
      quality: this.quality === 'auto' ? undefined : this.quality,
      listener: this.#listener(),
    };
    this.#engine =
      this.live && this.mode === 'lowest' ? new WsEngine(options) : new HlsEngine({ ...options, from });
    this.play();
    this.#onChange();
  }

  #close() {
    clearTimeout(this.#renewing);
    this.#renewing = undefined;
    this.#engine?.destroy();
    this.#engine = undefined;
    this.#video.playbackRate = 1;
    this.#pausedAt = 0;
    this.target = undefined;
  }

  #setPenalty() {
    const { step, most } = modes[this.mode];
    this.#penalty = new Penalty({ step, most, lasts: 45_000 });
  }

  /** @returns {EngineListener} */
  #listener() {
    return {
      onQualities: this.#onChange,
      onRange: this.#onChange,
      onAnswers: (well) => {
        if (this.cut === !well) return;
        this.cut = !well;
        this.#onChange();
      },
      onError: (_, fatal) => {
        if (fatal) this.counts.fatal += 1;
      },
      onBroken: (details, status) => this.#renew(details, status),
    };
  }

  /**
   * The engine cannot go on: makes another, where the first one was, after longer and longer pauses.
   * @param {string} details
   * @param {number | undefined} status
   */
  #renew(details, status) {
    if (status === 401 || status === 403) {
      this.#close();
      this.refused = 'This stream is not for everybody: its address needs a valid token.';
      this.#onChange();
      return;
    }
    this.counts.renewals += 1;
    this.#breaks += 1;
    const from = this.live ? undefined : this.date;
    this.waiting = true;
    clearTimeout(this.#renewing);
    this.#renewing = setTimeout(() => this.#open(from), Math.min(4000, 150 * 2 ** this.#breaks));
    this.#video.dataset.lastError = details;
    this.#onChange();
  }

  #onPlaying() {
    this.counts.firstPicture ??= (performance.now() - this.#opened) / 1000;
    this.#breaks = 0;
    this.waiting = false;
    this.#moving = false;
    this.ended = false;
    this.#onChange();
  }

  #onWaiting() {
    this.waiting = true;
    // A picture that was asked for elsewhere is waited for, too: that is no stall.
    if (
      !this.#moving &&
      !this.#video.seeking &&
      !this.#video.ended &&
      this.counts.firstPicture !== undefined
    ) {
      this.counts.stalls += 1;
      if (this.live) this.#penalty.stalled(performance.now());
    }
    this.#onChange();
  }

  #onPause() {
    if (this.#video.ended) return;
    this.#pausedAt = performance.now();
    this.#onChange();
  }

  /** Ten times a second: what the engine has to do, and whether this page is in step. */
  #tend() {
    const engine = this.#engine;
    const video = this.#video;
    if (engine === undefined) return;
    engine.tend();
    if (engine.kind === 'ws' && video.paused && performance.now() - this.#pausedAt > 10_000) engine.destroy();
    const latency = this.latency;
    if (!this.live || engine.over || latency === undefined || !this.#clock.known) {
      if (video.playbackRate !== 1) video.playbackRate = 1;
      if (engine.over) this.target = undefined;
      return;
    }
    const { base, room } = modes[this.mode];
    this.target = aim(base, room, engine.edgeAge, this.#penalty.at(performance.now()));
    if (video.paused || video.seeking || video.readyState < 3) return;
    const order = steer({ latency, target: this.target, ahead: engine.ahead, rate: video.playbackRate });
    if (order.jump) this.#jump(engine, this.target);
    else if (video.playbackRate !== order.rate) video.playbackRate = order.rate;
  }

  /** @param {Engine} engine @param {number} target */
  #jump(engine, target) {
    if (performance.now() - this.#jumped < 2000) return;
    this.#jumped = performance.now();
    this.counts.jumps += 1;
    this.#moving = true;
    this.#video.playbackRate = 1;
    engine.seek(this.#clock.now() - target * 1000);
  }
}
