// @ts-check
/** Where somebody is in the console: `#/files?search=jpg&open=drone-7/a.jpg`. Pure but for `Router`. */

/** @typedef {'overview' | 'files' | 'uploaders' | 'downloaders' | 'streams' | 'topics' | 'keys'} View */

/**
 * @typedef {object} Route
 * @property {View} view
 * @property {Readonly<Record<string, string>>} query
 */

/** @type {readonly View[]} */
export const views = ['overview', 'files', 'uploaders', 'downloaders', 'streams', 'topics', 'keys'];

/**
 * What is no address of ours is the overview.
 * @param {string} hash
 * @returns {Route}
 */
export function routeOf(hash) {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const view = views.find((name) => name === path) ?? 'overview';
  return { view, query: Object.fromEntries(new URLSearchParams(search)) };
}

/**
 * The token of a link, `#token=...`; one that was cut or mangled on its way is refused by the server, and not by us.
 * @param {string} hash
 */
export function tokenOf(hash) {
  const given = /^#token=(.+)$/s.exec(hash)?.[1];
  if (given === undefined) return undefined;
  try {
    return decodeURIComponent(given);
  } catch {
    return given;
  }
}

/**
 * What is undefined or empty is left out.
 * @param {View} view
 * @param {Readonly<Record<string, string | undefined>>} [query]
 */
export function hashOf(view, query = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const text = search.toString();
  return `#/${view}${text === '' ? '' : `?${text}`}`;
}

/** The address, as it changes; typing a search changes it in place, so that Back leaves the list and not a letter. */
export class Router {
  /** @type {(route: Route) => void} */
  #listener = () => {};
  #isListening = false;

  get isListening() {
    return this.#isListening;
  }

  /** @param {(route: Route) => void} listener */
  listen(listener) {
    this.#listener = listener;
    this.#isListening = true;
    addEventListener('hashchange', () => this.#tell());
    this.#tell();
  }

  get route() {
    return routeOf(location.hash);
  }

  /**
   * @param {View} view
   * @param {Readonly<Record<string, string | undefined>>} [query]
   */
  go(view, query) {
    location.hash = hashOf(view, query);
  }

  /**
   * Changes some of the query where we are.
   * @param {Readonly<Record<string, string | undefined>>} change
   * @param {'in place' | 'as a step'} how
   */
  change(change, how) {
    const { view, query } = this.route;
    const hash = hashOf(view, { ...query, ...change });
    if (how === 'as a step') location.hash = hash;
    else {
      history.replaceState(history.state, '', hash);
      this.#tell();
    }
  }

  #tell() {
    this.#listener(this.route);
  }
}
