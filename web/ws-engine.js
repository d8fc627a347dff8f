// @ts-check
/**
 * Plays a stream as it comes: the server pushes the newest bytes over a WebSocket, and they go straight into the media element. The
 * shortest way there is; it cannot rewind, and what is late is skipped.
 */
import { Appender } from './appender.js';
import { bufferedAhead, dateAt, timeAt } from './mapping.js';
import { decodeTimeOf, timescaleOf } from './mp4.js';
import { Pieces } from './pieces.js';
import { retryDelay } from './servers.js';
import { canFollow } from './states.js';

/**
 * @import { Engine, EngineOptions, Quality } from './engine.js'
 * @import { Stretch } from './mapping.js'
 *
 * What the server says beside the bytes. Times of the media in seconds, of the day in milliseconds.
 * @typedef {{ type: 'init', rendition: string, epoch: number, mimeType: string, height: number }
 *   | { type: 'time', time: number, captured: number } | { type: 'skipped' } | { type: 'end' }} Message
 */

/** Seconds of what has been seen that stay in memory: nobody goes back to them. */
const kept = 8;
/** Ages of the newest bytes that are remembered. */
const remembered = 60;
/** With fewer than so many nothing is said: the first come in one go. */
const enough = 12;

/** @implements {Engine} */
export class WsEngine {
  kind = /** @type {const} */ ('ws');
  #options;
  #media;
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {Extract<Message, { type: 'init' }> | undefined} */
  #init;
  #initNext = false;
  #timescale = 0;
  #epoch = -1;
  /** Seconds to be added to the media's own time: each epoch begins where the one before it ended. */
  #offset = 0;
  #offsetNext = false;
  /** @type {Stretch[]} */
  #stretches = [];
  /** @type {number[]} */
  #ages = [];
  #pieces = new Pieces();
  #placed = false;
  #failures = 0;
  #closed = false;
  over = false;

  /** @param {EngineOptions} options */
  constructor(options) {
    this.#options = options;
    const { video, listener } = options;
    this.#media = new Appender({
      video,
      onOpen: () => this.#connect(),
      onAppended: () => this.#onAppended(),
      onFault: (reason) => {
        listener.onError(reason, false);
        listener.onBroken(reason);
      },
    });
  }

  #connect() {
    if (this.#closed) return;
    const { servers, stream, quality, listener } = this.#options;
    const base = servers.base;
    const url = servers.address(`live/${stream}/ws`, {
      chunks: '1',
      ...(quality === undefined ? {} : { rendition: quality }),
    });
    const socket = new WebSocket(url.replace(/^http/, 'ws'));
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => {
      if (this.#failures > 0) listener.onAnswers(true);
      this.#failures = 0;
      if (typeof data === 'string') this.#onMessage(JSON.parse(data));
      else this.#onBytes(data);
    };
    let opened = false;
    socket.onopen = () => {
      opened = true;
    };
    socket.onclose = () => {
      if (this.#closed || this.over || socket !== this.#socket) return;
      if (opened) this.#connectLater(base);
      else void this.#askWhy(base);
    };
  }

  /** @param {string} base the server that did not answer as it should */
  #connectLater(base) {
    const { servers, listener } = this.#options;
    servers.failed(base);
    this.#failures += 1;
    listener.onAnswers(false);
    setTimeout(() => this.#connect(), retryDelay(this.#failures, servers.count, Math.random()));
  }

  /** Browsers do not tell why a WebSocket was not opened; the playlist of the same stream is refused for the same reason. @param {string} base */
  async #askWhy(base) {
    const { servers, stream, listener } = this.#options;
    const { status, text } = await servers.ask(`live/${stream}/index.m3u8`);
    if (this.#closed) return;
    const over = status === 200 && text.includes('/vod.m3u8');
    if (status === 401 || status === 403) listener.onRefused(text);
    // A live stream whose playlists are answered and whose WebSocket is not, by any server: something between us has no use for it.
    else if (over || (status === 200 && this.#failures > servers.count + 1)) listener.onPlaylistsOnly();
    else {
      this.#connectLater(base);
      if (status === 404) listener.onAnswers(true);
    }
  }

  /** @param {Message} message */
  #onMessage(message) {
    if (message.type === 'init') {
      const { listener } = this.#options;
      const { mimeType } = message;
      if (!MediaSource.isTypeSupported(mimeType)) return listener.onUnplayable(mimeType);
      if (this.#init && !canFollow(this.#init.mimeType, mimeType)) return listener.onBroken('other tracks');
      this.#init = message;
      this.#initNext = true;
    } else if (message.type === 'time') {
      const start = message.time + this.#offset;
      if (this.#offsetNext) return;
      this.#stretches.push({ start, duration: 0, date: message.captured });
      if (this.#stretches.length > 30) this.#stretches.shift();
    } else if (message.type === 'end') {
      // Whoever comes with the end has seen nothing of it yet.
      if (!this.#placed) return this.#options.listener.onPlaylistsOnly();
      this.over = true;
      this.#media.finish();
    }
  }

  /** @param {ArrayBuffer} bytes */
  #onBytes(bytes) {
    const init = this.#init;
    if (init === undefined) return;
    if (this.#initNext) {
      this.#initNext = false;
      this.#timescale = timescaleOf(bytes) ?? 1;
      this.#pieces = new Pieces();
      if (init.epoch !== this.#epoch && this.#epoch !== -1) {
        // What the old epoch's times meant says nothing of the new one's.
        this.#stretches = [];
        this.#offsetNext = true;
      }
      this.#epoch = init.epoch;
      this.#media.changeType(init.mimeType);
      this.#options.listener.onQualities();
    } else {
      const begins = (decodeTimeOf(bytes) ?? 0) / this.#timescale;
      this.#pieces.saw(begins);
      if (this.#offsetNext) this.#followOn(begins);
    }
    this.#media.append(bytes);
  }

  /** What comes now belongs right behind what an earlier epoch left. @param {number} begins seconds of its own time */
  #followOn(begins) {
    this.#offsetNext = false;
    this.#media.followOn(begins, (offset) => {
      this.#offset = offset;
    });
  }

  #onAppended() {
    const { video, clock } = this.#options;
    const edge = dateAt(this.#stretches, this.#media.end);
    if (edge !== undefined && clock.known) {
      this.#ages.push((clock.now() - edge) / 1000);
      if (this.#ages.length > remembered) this.#ages.shift();
    }
    if (!this.#placed) this.#place();
    const old = video.currentTime - kept;
    this.#media.forget(old - kept, old);
  }

  /** The first bytes are from the newest keyframe on, which may be old: begins with what is newest. */
  #place() {
    const { video } = this.#options;
    const end = this.#media.end;
    if (end === 0) return;
    this.#placed = true;
    const start = this.#media.buffered?.start(0) ?? 0;
    video.currentTime = Math.max(start, end - 0.12);
  }

  get date() {
    return dateAt(this.#stretches, this.#options.video.currentTime);
  }

  get range() {
    const [first, end] = [this.#stretches[0], dateAt(this.#stretches, this.#media.end)];
    return first === undefined || end === undefined ? undefined : { start: first.date, end };
  }

  get edgeAge() {
    if (this.#ages.length < enough) return undefined;
    const sorted = this.#ages.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }

  get piece() {
    return this.#pieces.length;
  }

  get ahead() {
    const { video } = this.#options;
    return bufferedAhead(video.buffered, video.currentTime);
  }

  /** @param {number} date */
  seek(date) {
    const time = timeAt(this.#stretches, date);
    const { buffered } = this.#media;
    if (time === undefined || buffered === undefined || buffered.length === 0) return false;
    this.#options.video.currentTime = Math.min(Math.max(time, buffered.start(0)), this.#media.end - 0.03);
    return true;
  }

  /** @returns {readonly Quality[]} */
  get qualities() {
    return [];
  }

  get playing() {
    return this.#init?.rendition;
  }

  get details() {
    return { delivery: 'WebSocket' };
  }

  /** Something was left out (a slow connection, another server): goes on behind the hole. */
  skipHole() {
    const { video } = this.#options;
    if (video.seeking || this.ahead > 0.02) return;
    for (let i = 0; i < video.buffered.length; i += 1) {
      const start = video.buffered.start(i);
      if (start > video.currentTime && video.buffered.end(i) - start > 0.1) {
        video.currentTime = start;
        return;
      }
    }
  }

  destroy() {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket?.close();
    this.#media.close();
  }
}
