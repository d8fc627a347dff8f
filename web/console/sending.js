// @ts-check
/** Files on their way to the server: a few at a time, each until it is there, paused or refused. All that is tried again is tried again here. */

import { Elsewhere } from './elsewhere.js';
import { pauseBefore } from './retry-pause.js';
import { create, Lost, offsetOf, patch, terminate } from './tus.js';
import { fingerprint } from './unfinished.js';

/** @import { Dropped } from './dropped.js' */
/** @import { Entry, Unfinished } from './unfinished.js' */
/** @import { Way } from './tus.js' */

/**
 * `left`: from before the page was loaded, and its bytes are not there.
 * @typedef {'waiting' | 'sending' | 'paused' | 'failed' | 'sent' | 'left'} SendState
 */

/**
 * @typedef {object} Item
 * @property {string} key
 * @property {Entry} entry
 * @property {SendState} state
 * @property {number} sent
 * @property {File} [file]
 * @property {string} [reason]
 * @property {AbortController} [abort]
 */

/** Bytes of a request. A proxy in between may keep one whole before it gives it on. */
const piece = 64_000_000;

export class Sending {
  /** @type {Map<string, Item>} */
  items = new Map();
  #address;
  #csrf;
  #renew;
  #unfinished;
  #onChange;
  #atATime;
  #running = 0;
  /** Files of this lot that were sent before the page was loaded anew, and were dropped again. */
  sentBefore = 0;
  #elsewhere;
  #patience;
  /** Files that were dropped here, and that another tab sends. */
  sentElsewhere = 0;

  /**
   * @param {{ address: string, csrf: () => string, renew: () => Promise<unknown>, unfinished: Unfinished, scope: string, onChange: () => void, atATime?: number, patience?: () => Promise<void> }} options
   *   `scope`: of whom; `renew`: asks the server who we are, before something is tried again; it may have been started anew;
   *   `patience`: with other tabs
   */
  constructor({ address, csrf, renew, unfinished, scope, onChange, atATime = 3, patience }) {
    this.#patience = patience;
    this.#renew = renew;
    this.#address = address;
    this.#csrf = csrf;
    this.#unfinished = unfinished;
    this.#onChange = onChange;
    this.#atATime = atATime;
    for (const [key, entry] of unfinished.entries)
      if (!entry.isSent) this.items.set(key, { key, entry, state: 'left', sent: 0 });
    this.#elsewhere = new Elsewhere(scope, {
      mine: () => this.#mine(),
      onHas: (keys) => this.#isElsewhere(keys),
      onGone: (keys) => this.#isLeft(keys),
    });
    globalThis.addEventListener?.('pagehide', () => this.leave());
  }

  /** The page goes: what was under way is nobody's now. */
  leave() {
    this.#elsewhere.gone(this.#mine());
  }

  close() {
    this.#elsewhere.close();
  }

  #mine() {
    return [...this.items.values()].filter(({ file }) => file !== undefined).map(({ key }) => key);
  }

  /** @param {readonly string[]} keys */
  #isElsewhere(keys) {
    for (const key of keys) if (this.items.get(key)?.state === 'left') this.items.delete(key);
    this.#onChange();
  }

  /** @param {readonly string[]} keys */
  #isLeft(keys) {
    for (const key of keys) {
      const entry = this.#unfinished.reread(key);
      if (entry !== undefined && !entry.isSent && !this.items.has(key))
        this.items.set(key, { key, entry, state: 'left', sent: 0 });
    }
    this.#onChange();
  }

  /** @param {Iterable<Dropped>} files */
  add(files) {
    /** @type {string[]} */
    const added = [];
    /** @type {Map<string, Dropped>} */
    const elsewhere = new Map();
    for (const dropped of files) {
      const { path } = dropped;
      if ('fault' in dropped) {
        const entry = { path, size: 0, mtime: 0 };
        this.items.set(path, { key: path, entry, state: 'failed', sent: 0, reason: dropped.fault });
        continue;
      }
      const { file } = dropped;
      this.items.delete(path);
      const entry = { path, size: file.size, mtime: file.lastModified };
      const key = fingerprint(entry);
      const [known, before] = [this.items.get(key), this.#unfinished.entries.get(key)];
      if (this.#elsewhere.isThere(key)) {
        if (!elsewhere.has(key)) this.sentElsewhere += 1;
        elsewhere.set(key, dropped);
        continue;
      }
      if (known && ['sending', 'waiting', 'paused'].includes(known.state)) continue;
      if (before?.isSent || known?.state === 'sent') {
        this.sentBefore += 1;
        continue;
      }
      this.#unfinished.put(before ?? entry);
      this.items.set(key, { key, entry: before ?? entry, state: 'waiting', sent: 0, file });
      added.push(key);
    }
    this.#elsewhere.has(added);
    if (elsewhere.size > 0) void this.#takeOver(elsewhere);
    this.#next();
  }

  /** What no tab has any more is sent here. @param {ReadonlyMap<string, Dropped>} files by their keys */
  async #takeOver(files) {
    const keys = await this.#elsewhere.abandoned([...files.keys()], this.#patience);
    if (keys.length === 0) return;
    this.sentElsewhere = Math.max(0, this.sentElsewhere - keys.length);
    this.#isLeft(keys);
    this.add(keys.flatMap((key) => files.get(key) ?? []));
  }

  /** @param {string} key */
  pause(key) {
    this.#stop(key, 'paused');
  }

  /** Goes on after a pause, or tries again what was refused. @param {string} key */
  resume(key) {
    const item = this.items.get(key);
    if (item?.file === undefined || (item.state !== 'paused' && item.state !== 'failed')) return;
    item.state = 'waiting';
    delete item.reason;
    this.#next();
  }

  pauseAll() {
    for (const { key, state } of this.items.values())
      if (state === 'sending' || state === 'waiting') this.pause(key);
  }

  resumeAll() {
    for (const { key } of this.items.values()) this.resume(key);
  }

  /** What the server has of it may be thrown away. @param {string} key */
  cancel(key) {
    const item = this.items.get(key);
    if (item === undefined) return;
    this.#stop(key, 'paused');
    this.items.delete(key);
    this.#unfinished.remove(key);
    this.#elsewhere.gone([key]);
    const { url } = item.entry;
    if (url !== undefined && item.state !== 'sent')
      void terminate(url, { csrf: this.#csrf(), signal: AbortSignal.timeout(10_000) }).catch(() => {});
    this.#settle();
    this.#onChange();
  }

  /** What is there already leaves the list. */
  clearSent() {
    for (const [key, { state }] of this.items) if (state === 'sent') this.items.delete(key);
    this.sentBefore = 0;
    this.sentElsewhere = 0;
    this.#onChange();
  }

  /** @param {string} key @param {SendState} state */
  #stop(key, state) {
    const item = this.items.get(key);
    if (item === undefined || (item.state !== 'sending' && item.state !== 'waiting')) return;
    item.state = state;
    item.abort?.abort();
    this.#onChange();
  }

  #next() {
    for (const item of this.items.values()) {
      if (this.#running >= this.#atATime) break;
      if (item.state === 'waiting') void this.#run(item);
    }
    this.#onChange();
  }

  /** @param {Item} item */
  async #run(item) {
    this.#running += 1;
    item.state = 'sending';
    const abort = new AbortController();
    item.abort = abort;
    try {
      await this.#untilSent(item, abort.signal);
      item.state = 'sent';
      item.sent = item.entry.size;
      delete item.file;
      this.#unfinished.put({ ...item.entry, isSent: true });
      this.#elsewhere.gone([item.key]);
    } catch (error) {
      if (!abort.signal.aborted) {
        item.state = 'failed';
        item.reason = error instanceof Error ? error.message : String(error);
      }
    }
    this.#running -= 1;
    this.#settle();
    this.#next();
  }

  /** @param {Item} item @param {AbortSignal} signal */
  async #untilSent(item, signal) {
    for (let attempt = 0; ; attempt += 1) {
      const before = item.sent;
      try {
        await this.#send(item, signal);
        return;
      } catch (error) {
        if (signal.aborted || !(error instanceof Lost)) throw error;
        if (item.sent > before) attempt = 0;
        item.reason = `${error.message} It is tried again.`;
        this.#onChange();
        await pauseBefore(attempt, signal);
        await this.#renew().catch(() => {});
      }
    }
  }

  /** @param {Item} item @param {AbortSignal} signal */
  async #send(item, signal) {
    const { file, entry } = item;
    if (file === undefined) throw new Error('Its bytes are not there.');
    /** @type {Way} */
    const way = { csrf: this.#csrf(), signal };
    let offset = entry.url === undefined ? undefined : await offsetOf(entry.url, entry.size, way);
    if (offset === undefined || entry.url === undefined) {
      const metadata = { filename: file.name, relativePath: entry.path, filetype: file.type };
      entry.url = await create(this.#address, entry.size, metadata, way);
      this.#unfinished.put(entry);
      offset = 0;
    }
    const told = (/** @type {number} */ sent) => {
      item.sent = sent;
      delete item.reason;
      this.#onChange();
    };
    while (offset < file.size) {
      told(offset);
      const bytes = file.slice(offset, offset + piece);
      offset = await patch(entry.url, bytes, offset, { ...way, onProgress: told });
    }
  }

  /** Once all of a lot are there, there is nothing to go on with. */
  #settle() {
    for (const { state } of this.items.values()) if (state !== 'sent') return;
    // Of another tab's lot what was sent is remembered too.
    if (this.#elsewhere.size === 0) this.#unfinished.clear();
    else for (const key of this.items.keys()) this.#unfinished.remove(key);
  }
}
