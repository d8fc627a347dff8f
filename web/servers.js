// @ts-check
/**
 * The servers that deliver the same streams, and which of them is asked at present. All of them answer byte for byte the same
 * (DESIGN.md), so a request that one has failed to answer may go to the next in the middle of a stream.
 */

/** An answer that is none: `status` is that of HTTP, 0 when there was no answer at all. */
export class AnswerError extends Error {
  /**
   * @param {string} message
   * @param {number} status
   * @param {unknown} [cause]
   */
  constructor(message, status, cause) {
    super(message, { cause });
    this.name = 'AnswerError';
    this.status = status;
  }
}

/**
 * Whether another server, or the same one later, may answer better: it could not be reached, is starting, or is unwell. Pure.
 * @param {number} status
 */
export function mayBeBetterElsewhere(status) {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

/**
 * How long to wait before the next attempt: not at all while there are servers that were not asked yet, then longer and
 * longer, up to two seconds. Pure. Milliseconds.
 * @param {number} failures so far, in a row
 * @param {number} servers
 * @param {number} random from 0 to 1: not all viewers are to come back at the same moment
 */
export function retryDelay(failures, servers, random) {
  const rounds = failures - servers;
  if (rounds < 0) return 0;
  return Math.min(2000, 100 * 2 ** rounds) * (0.6 + 0.4 * random);
}

export class Servers {
  #bases;
  #current = 0;
  #token;

  /**
   * @param {readonly string[]} bases absolute URLs; what they serve stands below them
   * @param {string} [token] that allows to watch; servers carry it into the URLs of their playlists
   */
  constructor(bases, token) {
    this.#token = token;
    const all = bases.map((base) => (base.endsWith('/') ? base : `${base}/`));
    if (all.length === 0) throw new Error('there is no server to ask');
    this.#bases = [...new Set(all)];
  }

  get count() {
    return this.#bases.length;
  }

  /** The one that is asked at present. */
  get base() {
    return /** @type {string} */ (this.#bases[this.#current]);
  }

  /** The one whose URLs players are given, whoever is asked in its place. */
  get named() {
    return /** @type {string} */ (this.#bases[0]);
  }

  /**
   * Adds servers that others have named.
   * @param {readonly string[]} bases
   */
  learn(bases) {
    for (const base of new Servers([...this.#bases, ...bases]).#bases) {
      if (!this.#bases.includes(base)) this.#bases.push(base);
    }
  }

  /**
   * What players are given.
   * @param {string} path below the base
   * @param {Readonly<Record<string, string>>} [query]
   */
  name(path, query) {
    return this.#url(this.named, path, query);
  }

  /**
   * The same, of the server that is asked at present.
   * @param {string} path below the base
   * @param {Readonly<Record<string, string>>} [query]
   */
  address(path, query) {
    return this.#url(this.base, path, query);
  }

  /** @param {string} base @param {string} path @param {Readonly<Record<string, string>>} [query] */
  #url(base, path, query = {}) {
    const url = new URL(path, base);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    if (this.#token !== undefined) url.searchParams.set('token', this.#token);
    return url.href;
  }

  /**
   * A URL as the present server has it.
   * @param {string} url of the named server
   */
  redirect(url) {
    return url.startsWith(this.named) ? this.base + url.slice(this.named.length) : url;
  }

  /**
   * Says that a server did not answer; the next one is asked from now on. Many requests fail together: the first tells it.
   * @param {string} base as it was when the request was made
   */
  failed(base) {
    if (base === this.base) this.#current = (this.#current + 1) % this.#bases.length;
  }

  /**
   * What the present server says to a question; `status` is 0 when it says nothing.
   * @param {string} path below the base
   * @param {number} [limit] milliseconds
   * @returns {Promise<{ readonly status: number, readonly text: string }>}
   */
  async ask(path, limit = 5000) {
    try {
      const signal = AbortSignal.timeout(limit);
      const response = await fetch(this.address(path), { signal, cache: 'no-store' });
      return { status: response.status, text: (await response.text()).trim() };
    } catch {
      return { status: 0, text: '' };
    }
  }

  /**
   * Asks each server at most once until one answers.
   * @param {string} path below the base
   * @param {number} [limit] milliseconds for each
   * @returns {Promise<unknown>} its JSON
   * @throws {AnswerError}
   */
  async json(path, limit = 5000) {
    for (let attempt = 1; ; attempt += 1) {
      const base = this.base;
      try {
        const response = await fetch(this.#url(base, path), {
          signal: AbortSignal.timeout(limit),
          cache: 'no-store',
        });
        if (!response.ok) throw new AnswerError(`${path}: ${response.status}`, response.status);
        return await response.json();
      } catch (cause) {
        const error =
          cause instanceof AnswerError ? cause : new AnswerError(`${path}: no answer from ${base}`, 0, cause);
        if (!mayBeBetterElsewhere(error.status)) throw error;
        this.failed(base);
        if (attempt >= this.count) throw error;
      }
    }
  }
}

/**
 * The servers that the page's address names, and the one that it came from.
 * @param {URL} address
 * @param {string} own base of the page
 */
export function serversOf(address, own) {
  const named = (address.searchParams.get('servers') ?? '').split(',').filter((text) => text !== '');
  const bases = named.flatMap((text) => {
    const url = URL.parse(text, own);
    return url && /^https?:$/.test(url.protocol) ? [url.href.replace(/[?#].*$/, '')] : [];
  });
  return new Servers([own, ...bases], address.searchParams.get('token') ?? undefined);
}
