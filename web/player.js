// @ts-check
/**
 * The player: one stream at a time, by one of two engines, live or rewound, kept in step, and never given up. It knows nothing of
 * buttons; it says `onChange` when there is something to show.
 */
import { HlsEngine } from './hls-engine.js';
import { modes } from './modes.js';
import { Pace } from './pace.js';
import { refusalOf, stateOf } from './states.js';
import { WsEngine } from './ws-engine.js';

/**
 * @import { Ahead } from './ahead.js'
 * @import { ServerClock } from './clock.js'
 * @import { Engine, EngineListener } from './engine.js'
 * @import { Mode } from './modes.js'
 * @import { Servers } from './servers.js'
 * @import { State } from './states.js'
 */

/** Milliseconds of pause after which a viewer wants to go on where they were, and not at the live edge. */
const aMoment = 1000;

/** Milliseconds for which a WebSocket is kept for somebody who does not watch. */
const rest = 10_000;

/** What a player has been through; the details panel and tests read it. */
const noCounts = () => ({
  /** Times that it ran dry after its first picture. */
  stalls: 0,
  jumps: 0,
  /** Times that the engine had to be made anew, and errors that it called fatal. */
  renewals: 0,
  fatal: 0,
  /** Seconds from the call of `watch` to the first picture. */
  firstPicture: /** @type {number | undefined} */ (undefined),
});

export class Player {
  #video;
  #servers;
  #clock;
  #ahead;
  #onChange;
  /** @type {Engine | undefined} */
  #engine;
  #pace;
  /** When `watch` was called, and when the present engine was made; of `performance.now()`. */
  #opened = 0;
  #engineAt = 0;
  /** Since when nothing moves although it should; 0: it moves. */
  #waitingAt = 0;
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
  /** At the live edge, or on the way there; otherwise somewhere in the past. Of what is over: without a meaning. */
  live = true;
  /** The name of a quality, or `auto`. */
  quality = 'auto';
  /** Servers do not answer. */
  disconnected = false;
  /** The programme was watched to its end. */
  ended = false;
  /** Why the server does not let it be watched; in words for viewers. */
  refused = /** @type {string | undefined} */ (undefined);
  /** What this browser does not play. */
  unplayable = /** @type {string | undefined} */ (undefined);
  /** The browser plays nothing before somebody presses something. */
  blocked = false;
  /** Somebody publishes the stream, or did; true while that is not known. */
  published = true;
  /** In "lowest" too: there is no WebSocket for it. */
  #playlistsOnly = false;
  counts = noCounts();

  /** @param {{ video: HTMLVideoElement, servers: Servers, clock: ServerClock, ahead: Ahead, onChange: () => void }} parts */
  constructor({ video, servers, clock, ahead, onChange }) {
    this.#video = video;
    this.#servers = servers;
    this.#clock = clock;
    this.#ahead = ahead;
    this.#onChange = onChange;
    this.#pace = new Pace(video, clock);
    video.addEventListener('playing', () => this.#onPlaying());
    video.addEventListener('waiting', () => this.#onWaiting());
    video.addEventListener('pause', () => this.#onPause());
    video.addEventListener('ended', () => {
      this.ended = true;
      this.waiting = false;
      onChange();
    });
    for (const event of ['seeked', 'play', 'volumechange', 'resize']) video.addEventListener(event, onChange);
    setInterval(() => this.#tend(), 100);
  }

  get engine() {
    return this.#engine;
  }

  /** Nothing moves although it should. */
  get waiting() {
    return this.#waitingAt > 0;
  }

  set waiting(waits) {
    if (waits !== this.waiting) this.#waitingAt = waits ? performance.now() : 0;
  }

  /** What is to be shown of all that. @returns {State} */
  get state() {
    return stateOf({
      ...{ stream: this.stream, refused: this.refused, unplayable: this.unplayable, blocked: this.blocked },
      ...{ ended: this.ended, disconnected: this.disconnected, published: this.published, live: this.live },
      paused: this.#video.paused,
      waiting: this.waiting,
      waited: this.waiting ? performance.now() - this.#waitingAt : 0,
      shown: this.counts.firstPicture !== undefined,
      over: this.#engine?.over ?? false,
    });
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
    if (stream !== this.stream) {
      this.counts = noCounts();
      this.published = true;
    }
    this.stream = stream;
    this.#playlistsOnly = false;
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
    const same = (was !== 'lowest' && mode !== 'lowest') || this.#engine?.over === true;
    if (same) this.#pace.begin(mode);
    else if (this.live) this.goLive();
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
    if (this.#resume()) return;
    const video = this.#video;
    const isNotAllowed = /** @param {Error} error */ ({ name }) => name === 'NotAllowedError';
    video.play().catch((error) => {
      if (!isNotAllowed(error)) return;
      if (video.muted) return this.#onBlocked();
      video.muted = true;
      video.play().catch((again) => isNotAllowed(again) && this.#onBlocked());
    });
  }

  #onBlocked() {
    if (!this.#video.paused) return;
    this.blocked = true;
    this.waiting = false;
    this.#onChange();
  }

  pause() {
    this.#video.pause();
  }

  /** Goes on after a pause, where it was; true when that needs another engine, which plays by itself. */
  #resume() {
    const paused = this.#pausedAt === 0 ? 0 : performance.now() - this.#pausedAt;
    this.#pausedAt = 0;
    const engine = this.#engine;
    if (engine === undefined) {
      // It was let go while nobody watched, or told to wait: goes on at once.
      if (this.stream !== undefined) this.#open();
      return this.stream !== undefined;
    }
    if (!this.#video.paused || paused === 0 || engine.over) return false;
    if (engine.kind === 'ws') {
      // It has only the present.
      this.#open();
      return true;
    }
    if (paused > aMoment) this.live = false;
    const [date, range] = [engine.date, engine.range];
    if (date === undefined || range === undefined || date > range.start + 1000) return false;
    // What was paused has left the playlist by now.
    this.#open(date);
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
    this.unplayable = undefined;
    this.blocked = false;
    this.waiting = true;
    this.#moving = true;
    this.#engineAt = performance.now();
    const bySocket = this.live && this.mode === 'lowest' && !this.#playlistsOnly;
    // Playlists come no sooner than that.
    this.#pace.begin(this.mode === 'lowest' && !bySocket ? 'low' : this.mode);
    const options = {
      video: this.#video,
      servers: this.#servers,
      clock: this.#clock,
      ahead: this.#ahead,
      stream,
      quality: this.quality === 'auto' ? undefined : this.quality,
      listener: this.#listener(),
    };
    this.#engine = bySocket ? new WsEngine(options) : new HlsEngine({ ...options, from });
    this.play();
    this.#onChange();
  }

  #close() {
    clearTimeout(this.#renewing);
    this.#renewing = undefined;
    this.#engine?.destroy();
    this.#engine = undefined;
    this.#pausedAt = 0;
    this.target = undefined;
  }

  /** @returns {EngineListener} */
  #listener() {
    return {
      onQualities: this.#onChange,
      onRange: this.#onChange,
      onAnswers: (well) => {
        if (this.disconnected === !well) return;
        this.disconnected = !well;
        this.#onChange();
      },
      onError: (_, fatal) => {
        if (fatal) this.counts.fatal += 1;
      },
      onBroken: (details, status) => void this.#onBroken(details, status),
      onRefused: (reason) => this.#refuse(reason),
      onUnplayable: (mimeType) => {
        this.#close();
        this.unplayable = mimeType;
        this.#onChange();
      },
      onPlaylistsOnly: () => {
        this.#playlistsOnly = true;
        this.#open();
      },
    };
  }

  /** @param {string} details @param {number | undefined} status */
  async #onBroken(details, status) {
    if (status !== 401 && status !== 403) return this.#renew(details);
    const engine = this.#engine;
    const { status: again, text } = await this.#servers.ask(`live/${this.stream}/index.m3u8`);
    if (engine !== this.#engine) return;
    if (again === 401 || again === 403) this.#refuse(text);
    else this.#renew(details);
  }

  /** @param {string} reason in the server's words */
  #refuse(reason) {
    this.#close();
    this.refused = refusalOf(reason);
    this.#onChange();
  }

  /** The engine cannot go on: makes another, where the first one was, after longer and longer pauses. @param {string} details */
  #renew(details) {
    this.counts.renewals += 1;
    this.#breaks += 1;
    const from = this.live ? undefined : this.date;
    // Who has paused it is not to be surprised by sound.
    if (this.#video.paused && this.#pausedAt > 0) return this.#close();
    this.waiting = true;
    clearTimeout(this.#renewing);
    this.#renewing = setTimeout(() => this.#open(from), Math.min(4000, 150 * 2 ** this.#breaks));
    this.#video.dataset.lastError = details;
    this.#onChange();
  }

  #onPlaying() {
    this.counts.firstPicture ??= (performance.now() - this.#opened) / 1000;
    this.#pace.shown();
    this.#breaks = 0;
    this.blocked = false;
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
      if (this.live) this.#pace.stalled();
    }
    this.#onChange();
  }

  #onPause() {
    if (this.#video.ended) return;
    this.#pausedAt = performance.now();
    this.waiting = false;
    this.#onChange();
  }

  /** Ten times a second: what the engine has to do, and whether this page is in step. */
  #tend() {
    const engine = this.#engine;
    const video = this.#video;
    if (engine === undefined) return;
    engine.tend();
    const idle = performance.now() - Math.max(this.#pausedAt, this.#engineAt);
    if (engine.kind === 'ws' && video.paused && !this.ended && idle > rest) return this.#close();
    if (!this.live || engine.over) {
      this.#pace.release();
      this.target = undefined;
      return;
    }
    const kept = this.#pace.keep(engine);
    this.target = kept?.target;
    if (kept?.jumped) {
      this.#moving = true;
      this.counts.jumps = this.#pace.jumps;
    }
  }
}
