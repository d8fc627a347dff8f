// @ts-check
/**
 * The player: one stream at a time, by one of two engines, live or rewound, kept in step, and never given up. It knows nothing of
 * buttons; it says `onChange` when there is something to show.
 */
import { HlsEngine } from './hls-engine.js';
import { distanceOf } from './modes.js';
import { Pace } from './pace.js';
import { Picture } from './picture.js';
import { Reception } from './reception.js';
import { stateOf } from './states.js';

/**
 * @import { Prefetch } from './prefetch.js'
 * @import { ServerClock } from './clock.js'
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
  #clock;
  #onChange;
  #reception;
  #pace;
  #picture;
  /** When `watch` was called; of `performance.now()`. */
  #opened = 0;
  /** The date that the present engine was made for; undefined: the live edge. @type {number | undefined} */
  #from;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #renewing;
  #breaks = 0;
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
  /** Somebody publishes the stream, or did; true while that is not known. */
  published = true;
  counts = noCounts();

  /** @param {{ video: HTMLVideoElement, servers: Servers, clock: ServerClock, prefetch: Prefetch, onChange: () => void }} parts */
  constructor({ video, servers, clock, prefetch, onChange }) {
    this.#video = video;
    this.#clock = clock;
    this.#onChange = onChange;
    const parts = { video, servers, clock, prefetch };
    this.#reception = new Reception(parts, {
      onChange,
      onFatal: () => {
        this.counts.fatal += 1;
      },
      onBroken: (details) => this.#renew(details),
      onOver: () => this.#close(),
      onPlaylistsOnly: () => this.#open(),
    });
    this.#pace = new Pace(video, clock);
    this.#picture = new Picture(video, {
      onChange,
      onPlaying: () => this.#onPlaying(),
      onDry: () => this.#onDry(),
    });
    setInterval(() => this.#tick(), 100);
  }

  get engine() {
    return this.#reception.engine;
  }

  /** What this browser does not play. */
  get unplayable() {
    return this.#reception.unplayable;
  }

  /** Why the server does not let it be watched; in words for viewers. */
  get refused() {
    return this.#reception.refused;
  }

  /** Nothing moves although it should. */
  get waiting() {
    return this.#picture.waiting;
  }

  /** The programme was watched to its end. */
  get ended() {
    return this.#picture.ended;
  }

  /** What is to be shown of all that. @returns {State} */
  get state() {
    return stateOf({
      ...{ stream: this.stream, refused: this.refused, unplayable: this.unplayable },
      ...{ disconnected: this.#reception.disconnected, published: this.published, live: this.live },
      ...this.#picture.facts,
      shown: this.counts.firstPicture !== undefined,
      over: this.engine?.over ?? false,
    });
  }

  /** The date of the picture on the screen. */
  get date() {
    return this.engine?.date;
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
    this.#reception.playlistsOnly = false;
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
    const edge = (this.target ?? distanceOf(this.mode, this.engine?.piece).base) * 1000;
    const over = this.engine?.over ?? false;
    if (!over && date > this.#clock.now() - edge - 500) return this.live ? undefined : this.goLive();
    this.live = false;
    this.#picture.leave();
    if (this.engine?.kind !== 'hls' || !this.engine.seek(date)) this.#open(date);
    this.play();
    this.#onChange();
  }

  /** @param {Mode} mode */
  choose(mode) {
    if (mode === this.mode) return;
    const was = this.mode;
    this.mode = mode;
    // Two modes of one engine differ by where they aim.
    const same = (was !== 'lowest' && mode !== 'lowest') || this.engine?.over === true;
    if (same) this.#pace.begin(mode);
    else if (this.live) this.goLive();
    this.#onChange();
  }

  /** @param {string} name */
  chooseQuality(name) {
    this.quality = name;
    if (this.engine instanceof HlsEngine) this.engine.quality = name;
    else if (this.live && this.stream !== undefined) this.#open();
    this.#onChange();
  }

  play() {
    if (!this.#resume()) this.#picture.play();
  }

  pause() {
    this.#video.pause();
  }

  /** Goes on after a pause, where it was; true when that needs another engine, which plays by itself. */
  #resume() {
    const paused = this.#picture.pausedFor;
    this.#picture.pausedAt = 0;
    const engine = this.engine;
    if (engine === undefined) {
      // It was let go while nobody watched, or told to wait: goes on at once.
      if (this.stream !== undefined) this.#open(this.live ? undefined : this.#from);
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
    this.#from = from;
    this.#picture.begin();
    const bySocket = this.live && this.mode === 'lowest' && !this.#reception.playlistsOnly;
    // Playlists come no sooner than that.
    this.#pace.begin(this.mode === 'lowest' && !bySocket ? 'low' : this.mode);
    const quality = this.quality === 'auto' ? undefined : this.quality;
    this.#reception.open({ stream, from, quality, bySocket });
    this.play();
    this.#onChange();
  }

  #close() {
    clearTimeout(this.#renewing);
    this.#renewing = undefined;
    this.#reception.close();
    this.#picture.pausedAt = 0;
    this.target = undefined;
  }

  /** The engine cannot go on: makes another, where the first one was, after longer and longer pauses. @param {string} details */
  #renew(details) {
    if (this.#renewing !== undefined) return;
    this.counts.renewals += 1;
    this.#breaks += 1;
    // Where nothing was shown yet, it is to begin where that was to be.
    this.#from = this.live ? undefined : (this.date ?? this.#from);
    // Who has paused it is not to be surprised by sound.
    if (this.#video.paused && this.#picture.pausedAt > 0) return this.#close();
    this.#picture.waiting = true;
    this.#renewing = setTimeout(() => this.#open(this.#from), Math.min(4000, 150 * 2 ** this.#breaks));
    this.#video.dataset.lastError = details;
    this.#onChange();
  }

  #onPlaying() {
    this.counts.firstPicture ??= (performance.now() - this.#opened) / 1000;
    this.#pace.shown();
    this.#breaks = 0;
  }

  #onDry() {
    if (this.counts.firstPicture === undefined) return;
    this.counts.stalls += 1;
    if (this.live) this.#pace.stalled();
  }

  /** Ten times a second: what the engine has to do, and whether this page is in step. */
  #tick() {
    const engine = this.engine;
    const video = this.#video;
    if (engine === undefined) return;
    engine.skipHole();
    const idle = performance.now() - Math.max(this.#picture.pausedAt, this.#reception.since);
    if (engine.kind === 'ws' && video.paused && !this.ended && idle > rest) return this.#close();
    if (!this.live || engine.over) {
      this.#pace.release();
      this.target = undefined;
      return;
    }
    if (this.#pace.hangs(engine, this.#picture.waited)) return this.#renew('nothing moves');
    const kept = this.#pace.keep(engine);
    this.target = kept?.target;
    if (kept?.jumped) {
      this.#picture.leave();
      this.counts.jumps = this.#pace.jumps;
    }
  }
}
