// @ts-check
/**
 * Plays a stream as it comes: the server pushes the newest bytes over a WebSocket, and they go straight into the media element. The
 * shortest way there is; it cannot rewind, and what is late is skipped.
 */
import { bufferedAhead, dateAt, timeAt } from './mapping.js';
import { decodeTimeOf, timescaleOf } from './mp4.js';
import { patience } from './servers.js';

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
  #source = new MediaSource();
  /** @type {SourceBuffer | undefined} */
  #buffer;
  /** @type {WebSocket | undefined} */
  #socket;
  /** What waits to be appended, in order: bytes, or what has to be done to the buffer before the next ones. */
  #queue = /** @type {(ArrayBuffer | (() => void))[]} */ ([]);
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
  #placed = false;
  #failures = 0;
  #closed = false;
  #url;
  over = false;

  /** @param {EngineOptions} options */
  constructor(options) {
    this.#options = options;
    this.#url = URL.createObjectURL(this.#source);
    options.video.src = this.#url;
    this.#source.addEventListener('sourceopen', () => this.#feed(), { once: true });
    this.#connect();
  }

  #connect() {
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
    socket.onclose = () => {
      if (this.#closed || this.over || socket !== this.#socket) return;
      servers.failed(base);
      this.#failures += 1;
      listener.onAnswers(false);
      setTimeout(
        () => {
          if (!this.#closed) this.#connect();
        },
        patience(this.#failures, servers.count, Math.random()),
      );
    };
  }

  /** @param {Message} message */
  #onMessage(message) {
    if (message.type === 'init') {
      this.#init = message;
      this.#initNext = true;
    } else if (message.type === 'time') {
      const start = message.time + this.#offset;
      if (this.#offsetNext) return;
      this.#stretches.push({ start, duration: 0, date: message.captured });
      if (this.#stretches.length > 30) this.#stretches.shift();
    } else if (message.type === 'end') {
      this.over = true;
      this.#queue.push(() => this.#source.endOfStream());
      this.#feed();
    }
  }

  /** @param {ArrayBuffer} bytes */
  #onBytes(bytes) {
    const init = this.#init;
    if (init === undefined) return;
    if (this.#initNext) {
      this.#initNext = false;
      this.#timescale = timescaleOf(bytes) ?? 1;
      if (init.epoch !== this.#epoch && this.#epoch !== -1) {
        // What the old epoch's times meant says nothing of the new one's.
        this.#stretches = [];
        this.#offsetNext = true;
      }
      this.#epoch = init.epoch;
      this.#queue.push(() => this.#prepare(init.mimeType));
      this.#options.listener.onQualities();
    } else if (this.#offsetNext) {
      const begins = (decodeTimeOf(bytes) ?? 0) / this.#timescale;
      this.#offsetNext = false;
      this.#queue.push(() => {
        this.#offset = this.#end() - begins;
        if (this.#buffer) this.#buffer.timestampOffset = this.#offset;
      });
    }
    this.#queue.push(bytes);
    this.#feed();
  }

  /** @param {string} mimeType */
  #prepare(mimeType) {
    if (this.#buffer === undefined) {
      this.#buffer = this.#source.addSourceBuffer(mimeType);
      this.#buffer.addEventListener('updateend', () => this.#onAppended());
    } else {
      this.#buffer.changeType(mimeType);
    }
  }

  #end() {
    const buffered = this.#buffer?.buffered;
    return buffered === undefined || buffered.length === 0 ? 0 : buffered.end(buffered.length - 1);
  }

  /** Appends what waits, one after the other: a buffer takes only one thing at a time. */
  #feed() {
    if (this.#source.readyState !== 'open' || this.#closed) return;
    try {
      while (this.#queue.length > 0 && this.#buffer?.updating !== true) {
        const next = this.#queue.shift();
        if (typeof next === 'function') next();
        else if (next !== undefined) this.#buffer?.appendBuffer(this.#joined(next));
      }
    } catch (error) {
      this.#options.listener.onError(String(error), false);
      this.#options.listener.onBroken(String(error));
    }
  }

  /** What waits behind it is appended with it: each appending has its price. @param {ArrayBuffer} first */
  #joined(first) {
    let count = 0;
    while (this.#queue[count] instanceof ArrayBuffer) count += 1;
    if (count === 0) return first;
    const all = /** @type {ArrayBuffer[]} */ ([first, ...this.#queue.splice(0, count)]);
    const bytes = new Uint8Array(all.reduce((sum, { byteLength }) => sum + byteLength, 0));
    let at = 0;
    for (const piece of all) {
      bytes.set(new Uint8Array(piece), at);
      at += piece.byteLength;
    }
    return bytes.buffer;
  }

  #onAppended() {
    const { video, clock } = this.#options;
    const edge = dateAt(this.#stretches, this.#end());
    if (edge !== undefined && clock.known) {
      this.#ages.push((clock.now() - edge) / 1000);
      if (this.#ages.length > remembered) this.#ages.shift();
    }
    if (!this.#placed) this.#place();
    this.#feed();
    const buffer = this.#buffer;
    if (buffer && !buffer.updating && buffer.buffered.length > 0 && this.#source.readyState === 'open') {
      const old = video.currentTime - kept;
      if (buffer.buffered.start(0) < old - kept) buffer.remove(0, old);
    }
  }

  /** The first bytes are from the newest keyframe on, which may be old: begins with what is newest. */
  #place() {
    const { video } = this.#options;
    const end = this.#end();
    if (end === 0) return;
    this.#placed = true;
    const start = this.#buffer?.buffered.start(0) ?? 0;
    video.currentTime = Math.max(start, end - 0.12);
  }

  get date() {
    return dateAt(this.#stretches, this.#options.video.currentTime);
  }

  get range() {
    const [first, end] = [this.#stretches[0], dateAt(this.#stretches, this.#end())];
    return first === undefined || end === undefined ? undefined : { start: first.date, end };
  }

  get edgeAge() {
    if (this.#ages.length < enough) return undefined;
    const sorted = this.#ages.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }

  get ahead() {
    const { video } = this.#options;
    return bufferedAhead(video.buffered, video.currentTime);
  }

  /** @param {number} date */
  seek(date) {
    const time = timeAt(this.#stretches, date);
    const buffered = this.#buffer?.buffered;
    if (time === undefined || buffered === undefined || buffered.length === 0) return false;
    this.#options.video.currentTime = Math.min(Math.max(time, buffered.start(0)), this.#end() - 0.03);
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
  tend() {
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
    URL.revokeObjectURL(this.#url);
  }
}
