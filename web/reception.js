// @ts-check
/**
 * Gets a stream to the screen by one engine at a time, and keeps what came of it: that it is refused, that this browser does not play it,
 * that servers do not answer, that there is no WebSocket for it. What an engine says that was let go is heard by nobody.
 */
import { HlsEngine } from './hls-engine.js';
import { refusalOf } from './states.js';
import { WsEngine } from './ws-engine.js';

/**
 * @import { Engine, EngineListener, EngineOptions } from './engine.js'
 *
 * @typedef {object} ReceptionListener
 * @property {() => void} onChange there is something to show
 * @property {() => void} onFatal an error that an engine calls fatal
 * @property {(details: string) => void} onBroken once an engine: it cannot go on, and another one may
 * @property {() => void} onOver the engine was let go; nothing is asked any more
 * @property {() => void} onPlaylistsOnly the same again, by playlists
 */

export class Reception {
  #parts;
  #listener;
  /** @type {Engine | undefined} */
  engine;
  /** When it was made; of `performance.now()`. */
  since = 0;
  /** Servers do not answer. */
  disconnected = false;
  /** Why the server does not let it be watched; in words for viewers. */
  refused = /** @type {string | undefined} */ (undefined);
  /** What this browser does not play. */
  unplayable = /** @type {string | undefined} */ (undefined);
  /** There is no WebSocket for it. */
  playlistsOnly = false;
  /** What hears the present engine. @type {EngineListener | undefined} */
  #hears;

  /**
   * @param {Pick<EngineOptions, 'video' | 'servers' | 'clock' | 'prefetch'>} parts
   * @param {ReceptionListener} listener
   */
  constructor(parts, listener) {
    this.#parts = parts;
    this.#listener = listener;
    // What cannot be decoded ends the element's whole source, and not every engine is told.
    parts.video.addEventListener('error', () => this.#hears?.onBroken(parts.video.error?.message ?? 'error'));
  }

  /**
   * Lets go what there is, and begins.
   * @param {{ stream: string, from: number | undefined, quality: string | undefined, bySocket: boolean }} wish
   */
  open({ stream, from, quality, bySocket }) {
    this.close();
    this.refused = undefined;
    this.unplayable = undefined;
    this.since = performance.now();
    const listener = this.#listenTo(stream);
    this.#hears = listener;
    const options = { ...this.#parts, stream, quality, listener };
    this.engine = bySocket ? new WsEngine(options) : new HlsEngine({ ...options, from });
  }

  close() {
    this.#hears = undefined;
    this.engine?.destroy();
    this.engine = undefined;
  }

  /** @param {string} stream @returns {EngineListener} */
  #listenTo(stream) {
    const { onChange, onFatal, onPlaylistsOnly } = this.#listener;
    const isHeard = () => hears === this.#hears;
    let broken = false;
    /** @type {EngineListener} */
    const hears = {
      onQualities: () => isHeard() && onChange(),
      onRange: () => isHeard() && onChange(),
      onAnswers: (well) => {
        if (!isHeard() || this.disconnected === !well) return;
        this.disconnected = !well;
        onChange();
      },
      onError: (_, fatal) => {
        if (fatal && isHeard()) onFatal();
      },
      onBroken: (details, status) => {
        // It may say so again with each byte that comes.
        if (broken || !isHeard()) return;
        broken = true;
        void this.#onBroken(isHeard, stream, details, status);
      },
      onRefused: (reason) => {
        if (isHeard()) this.#end(() => this.#refuse(reason));
      },
      onUnplayable: (mimeType) => {
        if (!isHeard()) return;
        this.#end(() => {
          this.unplayable = mimeType;
        });
      },
      onPlaylistsOnly: () => {
        if (!isHeard()) return;
        this.playlistsOnly = true;
        onPlaylistsOnly();
      },
    };
    return hears;
  }

  /** @param {() => boolean} isHeard @param {string} stream @param {string} details @param {number | undefined} status */
  async #onBroken(isHeard, stream, details, status) {
    if (status !== 401 && status !== 403) return this.#listener.onBroken(details);
    const { status: again, text } = await this.#parts.servers.ask(`live/${stream}/index.m3u8`);
    if (!isHeard()) return;
    if (again === 401 || again === 403) this.#end(() => this.#refuse(text));
    else this.#listener.onBroken(details);
  }

  /** @param {string} reason in the server's words */
  #refuse(reason) {
    this.refused = refusalOf(reason);
  }

  /** @param {() => void} say why */
  #end(say) {
    this.close();
    say();
    this.#listener.onOver();
    this.#listener.onChange();
  }
}
