// @ts-check
/**
 * Other tabs of this browser that send to the same place. What one of them has under way was not left behind, and is not to be thrown away or sent
 * a second time by us. By `BroadcastChannel`, which pages without TLS have too.
 */

/** @typedef {{ readonly what: 'ask' | 'has' | 'gone', readonly keys: readonly string[] }} Word */

/**
 * @typedef {object} ElsewhereListener
 * @property {() => readonly string[]} mine what is under way here
 * @property {(keys: readonly string[]) => void} onHas another tab has these under way
 * @property {(keys: readonly string[]) => void} onGone and has them no more
 */

/** Milliseconds that a tab which has something to do has for an answer. */
const patience = 2000;

export class Elsewhere {
  #channel;
  /** What others have said to have, and at which asking. @type {Map<string, number>} */
  #said = new Map();
  #asked = 0;

  /** @param {string} scope of whom @param {ElsewhereListener} listener */
  constructor(scope, { mine, onHas, onGone }) {
    this.#channel =
      typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`sluice.send.${scope}`);
    this.#channel?.addEventListener('message', ({ data }) => {
      const { what, keys } = /** @type {Word} */ (data);
      if (what === 'ask') this.has(mine());
      else if (what === 'has') {
        for (const key of keys) this.#said.set(key, this.#asked);
        onHas(keys);
      } else {
        for (const key of keys) this.#said.delete(key);
        onGone(keys);
      }
    });
    this.#tell('ask', []);
  }

  /** How many keys others have under way, as far as is known. */
  get size() {
    return this.#said.size;
  }

  /** Whether another tab has said so. @param {string} key */
  isThere(key) {
    return this.#said.has(key);
  }

  /**
   * Of these, those that no tab has any more: one that crashed could not say so.
   * @param {readonly string[]} keys
   * @param {() => Promise<void>} [wait] for answers
   */
  async abandoned(keys, wait = () => new Promise((resolve) => setTimeout(resolve, patience))) {
    this.#asked += 1;
    const asked = this.#asked;
    this.#tell('ask', []);
    await wait();
    const gone = keys.filter((key) => (this.#said.get(key) ?? -1) < asked);
    for (const key of gone) this.#said.delete(key);
    return gone;
  }

  /** @param {readonly string[]} keys */
  has(keys) {
    if (keys.length > 0) this.#tell('has', keys);
  }

  /** @param {readonly string[]} keys */
  gone(keys) {
    if (keys.length > 0) this.#tell('gone', keys);
  }

  close() {
    this.#channel?.close();
  }

  /** @param {Word['what']} what @param {readonly string[]} keys */
  #tell(what, keys) {
    this.#channel?.postMessage({ what, keys });
  }
}
