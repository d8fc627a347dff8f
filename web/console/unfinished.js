// @ts-check
/**
 * What was being sent when the page was left. A page that is loaded anew has no way to the files themselves; it knows them again when they are
 * dropped once more, by path, size and time, and goes on where the server is. Each file has an entry of its own, so that a change costs one.
 */

/**
 * @typedef {object} Entry
 * @property {string} path
 * @property {number} size
 * @property {number} mtime milliseconds since the epoch
 * @property {string} [url] where the server takes it
 * @property {true} [isSent] all of it is there; kept until the others of its lot are too
 */

/** More than these are not remembered: a browser has five megabytes for all of it. */
const most = 5000;

/** @param {{ readonly path: string, readonly size: number, readonly mtime: number }} file */
export function fingerprint({ path, size, mtime }) {
  return `${size}.${mtime}.${path}`;
}

/**
 * Of whom files are: of this console alone, where others are below other paths of the same origin, which share a storage and its words. With an end
 * that no other begins with: neither a topic nor an uploader can have a slash in its name.
 * @param {string} path of the page
 * @param {{ readonly topic: string, readonly uploader: string, readonly user?: string | undefined }} session
 */
export function scopeOf(path, { topic, uploader, user = '' }) {
  return `${path} ${topic}/${uploader}/${user}/`;
}

export class Unfinished {
  #storage;
  #prefix;
  /** @type {Map<string, Entry>} */
  entries = new Map();

  /**
   * @param {Storage | undefined} storage absent where the browser gives none: nothing is remembered then
   * @param {string} scope of whom, with an end that no other begins with: another topic's files are none of ours
   */
  constructor(storage, scope) {
    this.#storage = storage;
    this.#prefix = `sluice.send.${scope}`;
    for (let index = 0; index < (storage?.length ?? 0); index += 1) {
      const key = storage?.key(index);
      if (!key?.startsWith(this.#prefix)) continue;
      const entry = entryOf(storage?.getItem(key) ?? '');
      if (entry !== undefined) this.entries.set(fingerprint(entry), entry);
    }
    if ([...this.entries.values()].every(({ isSent }) => isSent)) this.clear();
  }

  /** @param {Entry} entry */
  put(entry) {
    const key = fingerprint(entry);
    if (!this.entries.has(key) && this.entries.size >= most) return;
    this.entries.set(key, entry);
    try {
      this.#storage?.setItem(this.#prefix + key, JSON.stringify(entry));
    } catch {
      // Full, or refused: it is sent all the same.
    }
  }

  /** As it stands there now: other tabs write it too. @param {string} key */
  reread(key) {
    const entry = entryOf(this.#storage?.getItem(this.#prefix + key) ?? '');
    if (entry === undefined) this.entries.delete(key);
    else this.entries.set(key, entry);
    return entry;
  }

  /** @param {string} key */
  remove(key) {
    this.entries.delete(key);
    this.#storage?.removeItem(this.#prefix + key);
  }

  clear() {
    for (const key of [...this.entries.keys()]) this.remove(key);
  }
}

/** @param {string} text @returns {Entry | undefined} */
function entryOf(text) {
  try {
    const { path, size, mtime, url, isSent } = JSON.parse(text);
    if (typeof path !== 'string' || typeof size !== 'number' || typeof mtime !== 'number') return undefined;
    return {
      path,
      size,
      mtime,
      ...(typeof url === 'string' ? { url } : {}),
      ...(isSent === true ? { isSent } : {}),
    };
  } catch {
    return undefined;
  }
}
