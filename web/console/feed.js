// @ts-check
/** The one line by which all that changes comes: server-sent events, connected anew without end, and honest about when it is not there. */

/** @import { ConsoleEvents } from '../../src/console/contract.ts' */

/** Milliseconds. A point comes every few seconds; who has heard nothing for this long has no line, whatever the browser thinks. */
const silence = 20_000;
/** After which a page that nobody looks at gives its line back (by HTTP/1.1 a browser has six for all of its tabs), and how often it asks then. */
const rest = 60_000;
const restful = 30_000;
const shortestPause = 500;
const longestPause = 15_000;

/** Of an attempt, milliseconds: doubled up to a limit, and not all pages at once. @param {number} attempt @param {number} random */
export function pauseOf(attempt, random) {
  return Math.min(longestPause, shortestPause * 2 ** attempt) * (0.6 + 0.4 * random);
}

/** By both clocks: one can be set back, the other stands still while the machine sleeps. */
const now = () => ({ wall: Date.now(), steady: performance.now() });

/** Milliseconds. @param {ReturnType<typeof now>} then */
const since = (then) => Math.max(Date.now() - then.wall, performance.now() - then.steady);

/**
 * @typedef {object} FeedListener
 * @property {<K extends keyof ConsoleEvents>(event: K, data: ConsoleEvents[K]) => void} onEvent
 * @property {(since: number | undefined) => void} onLine milliseconds since the epoch from which it is down; undefined: it is up
 * @property {() => Promise<ConsoleEvents['snapshot']>} onAsk asks for what a snapshot has
 * @property {() => void} onSeen somebody looks again, and the line was there all the time: no snapshot comes
 * @property {() => Promise<void>} onRefused asks whether we are still known; throws where nobody answers
 */

export class Feed {
  #listener;
  /** @type {EventSource | undefined} */
  #source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resting;
  #attempt = 0;
  #opened = now();
  /** @type {number | undefined} */
  #downSince;
  #heard = 0;
  #heardAt = now();
  /** Another connection was made because of silence, and has said nothing yet. */
  #isTrying = false;

  /** @param {FeedListener} listener */
  constructor(listener) {
    this.#listener = listener;
    addEventListener('online', () => this.#hurry());
    document.addEventListener('visibilitychange', () => this.#turn());
    setInterval(() => this.#look(), 2000);
  }

  open() {
    this.close();
    const source = new EventSource('api/events');
    this.#source = source;
    this.#opened = now();
    for (const name of /** @type {const} */ (['snapshot', 'change', 'files', 'point', 'trouble', 'drops']))
      source.addEventListener(name, ({ data }) => {
        if (source !== this.#source) return;
        this.#heard = Date.now();
        this.#heardAt = now();
        this.#isTrying = false;
        this.#up();
        this.#listener.onEvent(name, JSON.parse(data));
      });
    source.onerror = () => {
      if (source === this.#source) this.#down();
    };
    if (document.hidden) this.#resting = setTimeout(() => this.#ask(), rest);
  }

  close() {
    clearTimeout(this.#resting);
    this.#resting = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  #up() {
    this.#attempt = 0;
    if (this.#downSince === undefined) return;
    this.#downSince = undefined;
    this.#listener.onLine(undefined);
  }

  /** Ours are the pauses, and a browser gives up for good after an answer that is none. */
  #down() {
    this.close();
    this.#isTrying = false;
    if (this.#downSince === undefined) {
      this.#downSince = this.#heard || Date.now();
      this.#listener.onLine(this.#downSince);
    }
    this.#timer = setTimeout(() => this.#again(), pauseOf(this.#attempt, Math.random()));
    this.#attempt += 1;
  }

  async #again() {
    try {
      await this.#listener.onRefused();
    } catch {
      if (this.#timer !== undefined) this.#down();
      return;
    }
    if (this.#timer !== undefined) this.open();
  }

  /** Somebody looks, or nobody does any more. */
  #turn() {
    clearTimeout(this.#resting);
    const isResting = this.#source === undefined && this.#resting !== undefined && this.#timer === undefined;
    this.#resting = undefined;
    if (document.hidden) {
      if (this.#source !== undefined || isResting) this.#resting = setTimeout(() => this.#ask(), rest);
    } else if (isResting) this.open();
    else if (this.#source !== undefined) this.#listener.onSeen();
    else this.#hurry();
  }

  /** The title tells what is wrong all the same. */
  async #ask() {
    if (this.#timer !== undefined) return;
    this.#source?.close();
    this.#source = undefined;
    const resting = setTimeout(() => this.#ask(), restful);
    this.#resting = resting;
    try {
      const snapshot = await this.#listener.onAsk();
      if (this.#resting !== resting) return;
      this.#heard = Date.now();
      this.#listener.onEvent('snapshot', snapshot);
    } catch {
      if (this.#resting === resting) this.#down();
    }
  }

  #hurry() {
    if (document.hidden || this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#attempt = 0;
    void this.#again();
  }

  /** Nothing need happen for a while; a new connection begins with all that there is, or is none. */
  #look() {
    if (this.#source === undefined || Math.min(since(this.#heardAt), since(this.#opened)) < silence) return;
    if (this.#isTrying) this.#down();
    else {
      this.#isTrying = true;
      this.open();
    }
  }
}
