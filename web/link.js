// @ts-check
/** The way to the server, kept up: begun anew whenever it is lost, until it is no longer wanted or the server says that it will not have us. */
import { Refused, Whip } from './whip.js';

/**
 * @typedef {import('./whip.js').WhipOptions} WhipOptions
 * @typedef {Omit<WhipOptions, 'signal' | 'tracks'> & { readonly tracks: () => WhipOptions['tracks'] }} LinkOptions
 *
 * `waiting`: it was lost, and is tried again. `refused`: it is over, by the server's word.
 * @typedef {{ readonly state: 'connecting' | 'live' | 'waiting' | 'idle', readonly since: number, readonly error?: Error }
 *   | { readonly state: 'refused', readonly since: number, readonly error: Error }} LinkState
 */

/** Seconds without a word from the server after which the way is taken for lost: it says something many times a second. */
const silence = 3;

/** Milliseconds before the next try. Pure. @param {number} failures in a row, from 1 @param {number} [after] seconds, as the server wants it */
export function pause(failures, after = 0) {
  return Math.max(after * 1000, Math.min(500 * 2 ** (failures - 1), 5000));
}

/** Whether asking again may help. Pure. @param {Error} error @param {boolean} hasBeenLive it was let in before: its own session may still be in its way */
export function mayPass(error, hasBeenLive) {
  if (!(error instanceof Refused)) return hasBeenLive || error.message !== 'unreached';
  return error.status >= 500 || error.status === 429 || (hasBeenLive && ![401, 403].includes(error.status));
}

export class Link {
  #options;
  #onState;
  #stop = new AbortController();
  /** @type {Whip | undefined} */
  #whip;
  /** Ends the pause before the next try. */
  #hurry = () => {};
  /** The way is lost. */
  #lose = () => {};

  /** @param {LinkOptions} options @param {(state: LinkState) => void} onState */
  constructor(options, onState) {
    this.#options = options;
    this.#onState = onState;
    const { signal } = this.#stop;
    addEventListener('online', () => this.#hurry(), { signal });
    void this.#run();
  }

  /** @returns {Whip | undefined} */
  get whip() {
    return this.#whip;
  }

  /** Called each second with what was received so far; says whether the way is lost. */
  #heard = { bytes: -1, quiet: 0 };

  /** @param {number} bytes that have come from the server */
  heard(bytes) {
    this.#heard = bytes === this.#heard.bytes ? { bytes, quiet: this.#heard.quiet + 1 } : { bytes, quiet: 0 };
    if (this.#heard.quiet >= silence) this.#lose();
  }

  /** Another camera or microphone; of a kind that was not agreed upon, by an agreement of its own. @param {MediaStreamTrack} track */
  async use(track) {
    const whip = this.#whip;
    if (whip === undefined || (await whip.replace(track)) || whip !== this.#whip) return;
    this.#lose();
  }

  end() {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#whip?.end();
    this.#whip = undefined;
    this.#hurry();
    this.#lose();
    this.#onState({ state: 'idle', since: Date.now() });
  }

  async #run() {
    const { signal } = this.#stop;
    let failures = 0;
    let hasBeenLive = false;
    this.#tell('connecting');
    while (!signal.aborted) {
      try {
        const whip = await Whip.begin({ ...this.#options, tracks: this.#options.tracks(), signal });
        if (signal.aborted) return whip.end();
        this.#whip = whip;
        failures = 0;
        hasBeenLive = true;
        this.#tell('live');
        await this.#lost(whip);
        if (signal.aborted) return;
        whip.drop();
        this.#whip = undefined;
        this.#tell('waiting');
      } catch (thrown) {
        if (signal.aborted) return;
        const error = /** @type {Error} */ (thrown);
        failures += 1;
        if (!mayPass(error, hasBeenLive)) {
          this.#stop.abort();
          return this.#onState({ state: 'refused', since: Date.now(), error });
        }
        this.#tell(hasBeenLive ? 'waiting' : 'connecting', error);
        await this.#pause(pause(failures, error instanceof Refused ? error.after : undefined));
      }
    }
  }

  /** @param {Whip} whip @returns {Promise<void>} */
  #lost(whip) {
    this.#heard = { bytes: -1, quiet: 0 };
    return new Promise((resolve) => {
      this.#lose = resolve;
      whip.on('connectionstatechange', () => {
        if (whip.state === 'failed' || whip.state === 'closed') resolve();
      });
    });
  }

  /** @param {number} milliseconds @returns {Promise<void>} */
  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** @param {'connecting' | 'live' | 'waiting'} state @param {Error} [error] */
  #tell(state, error) {
    this.#onState({ state, since: Date.now(), ...(error === undefined ? {} : { error }) });
  }
}
