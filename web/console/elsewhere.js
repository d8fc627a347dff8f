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

export class Elsewhere {
  #channel;

  /** @param {string} scope of whom @param {ElsewhereListener} listener */
  constructor(scope, { mine, onHas, onGone }) {
    this.#channel =
      typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`sluice.send.${scope}`);
    this.#channel?.addEventListener('message', ({ data }) => {
      const { what, keys } = /** @type {Word} */ (data);
      if (what === 'ask') this.has(mine());
      else if (what === 'has') onHas(keys);
      else onGone(keys);
    });
    this.#tell('ask', []);
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
