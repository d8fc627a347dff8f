// @ts-check
/** What the console asks its server, besides the events. */

/** @import { ConsoleEvents, FileEvent, FilesPage, FilesQuestion, History, ListedKey, MadeKey, Session } from '../../src/console/contract.ts' */

/** What the server said no to; `status` 0: it said nothing. */
export class AnswerError extends Error {
  /** @param {string} message @param {number} status @param {readonly string[]} [ways] how one can say who one is */
  constructor(message, status, ways = []) {
    super(message);
    this.status = status;
    this.ways = ways;
  }
}

/** Milliseconds that the server has for a short answer. A line that died while a machine slept says nothing for a quarter of an hour. */
const patience = 15_000;

/**
 * Work that is aborted with the other, or when its time is over.
 * @template T
 * @param {number} milliseconds
 * @param {AbortSignal | undefined} signal
 * @param {(signal: AbortSignal) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function within(milliseconds, signal, work) {
  const over = new AbortController();
  const timer = setTimeout(
    () => over.abort(new AnswerError('The console does not answer.', 0)),
    milliseconds,
  );
  const stop = () => over.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  try {
    return await work(over.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

export class Api {
  csrf = '';
  /** Called when the server wants to know who asks. @type {(ways: readonly string[]) => void} */
  onUnknown = () => {};

  /** Whoever waits for it waits for nothing else. @returns {Promise<Session>} */
  async session() {
    return this.#known(await within(patience, undefined, (signal) => this.#get('api/session', signal)));
  }

  /** @param {string} token */
  async signIn(token) {
    const response = await this.#ask('api/session', posted({ token }), true);
    return this.#known(await response.json());
  }

  async signOut() {
    await this.#ask('api/session', { method: 'DELETE' });
  }

  /** @param {unknown} answer */
  #known(answer) {
    const session = /** @type {Session} */ (answer);
    this.csrf = session.csrf;
    return session;
  }

  /**
   * @param {FilesQuestion} question
   * @param {AbortSignal} signal
   */
  async files(question, signal) {
    return /** @type {FilesPage} */ (await this.#get(`api/files?${searchOf({ ...question })}`, signal));
  }

  /**
   * @param {string} uploader
   * @param {string} path
   * @param {AbortSignal} signal
   */
  async fileHistory(uploader, path, signal) {
    const answer = await this.#get(`api/files/history?${searchOf({ uploader, path })}`, signal);
    return /** @type {readonly FileEvent[]} */ (answer);
  }

  async history() {
    return /** @type {History} */ (await this.#get('api/history'));
  }

  /**
   * @param {string} uploader
   * @param {string} path
   */
  async resend(uploader, path) {
    await this.#ask('api/files/resend', posted({ uploader, path }, this.csrf));
  }

  async overview() {
    const answer = await within(patience, undefined, (signal) => this.#get('api/overview', signal));
    return /** @type {ConsoleEvents['snapshot']} */ (answer);
  }

  async keys() {
    const { keys } = /** @type {{ keys: readonly ListedKey[] }} */ (await this.#get('api/keys'));
    return keys;
  }

  /** @param {{ readonly stream: string, readonly name?: string, readonly expires?: number }} wish `expires`: milliseconds from now on */
  async makeKey(wish) {
    const response = await this.#ask('api/keys', posted(wish, this.csrf));
    return /** @type {MadeKey} */ (await response.json());
  }

  /** @param {string} id */
  async removeKey(id) {
    const headers = { 'x-sluice-csrf': this.csrf };
    await this.#ask(`api/keys/${encodeURIComponent(id)}`, { method: 'DELETE', headers });
  }

  /** @param {string} address @param {AbortSignal} [signal] */
  async #get(address, signal) {
    const response = await this.#ask(address, signal ? { signal } : {});
    return response.json();
  }

  /** @param {string} address @param {RequestInit} init @param {boolean} [isSignIn] a no to a token is told where it was given */
  async #ask(address, init, isSignIn = false) {
    const response = await fetch(address, init).catch((error) => {
      if (init.signal?.aborted && !(init.signal.reason instanceof AnswerError)) throw error;
      throw new AnswerError('The console does not answer.', 0);
    });
    if (response.ok) return response;
    const { message, ways } = await reasonOf(response);
    if (response.status === 401 && !isSignIn) this.onUnknown(ways);
    throw new AnswerError(message, response.status, ways);
  }
}

/** @param {unknown} body @param {string} [csrf] @returns {RequestInit} */
function posted(body, csrf) {
  const headers = {
    'content-type': 'application/json',
    ...(csrf === undefined ? {} : { 'x-sluice-csrf': csrf }),
  };
  return { method: 'POST', headers, body: JSON.stringify(body) };
}

/**
 * The server's own words, where they are not those of a proxy.
 * @param {Response} response
 * @returns {Promise<{ message: string, ways: readonly string[] }>}
 */
async function reasonOf(response) {
  const text = await response.text().catch(() => '');
  const message = wordsOf(text) ?? `The console answered ${response.status}.`;
  try {
    const { ways } = JSON.parse(text);
    return { message, ways: Array.isArray(ways) ? ways.map(String) : [] };
  } catch {
    return { message, ways: [] };
  }
}

/**
 * What an answer says in words: `{"message": ...}`, or a short text; undefined for a page of something in between.
 * @param {string} text
 */
export function wordsOf(text) {
  try {
    const { message } = JSON.parse(text);
    if (typeof message === 'string') return message;
  } catch {
    // No JSON.
  }
  const trimmed = text.trim();
  return trimmed !== '' && trimmed.length < 300 && !/[<{]/.test(trimmed) ? trimmed : undefined;
}

/** @param {Readonly<Record<string, string | number | undefined>>} values */
function searchOf(values) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== '') search.set(name, String(value));
  return search.toString();
}

/**
 * Where a version's bytes are fetched.
 * @param {string} uploader
 * @param {string} path
 * @param {string} upload
 */
export function fileAddress(uploader, path, upload) {
  const parts = [uploader, ...path.split('/')].map(encodeURIComponent);
  return `files/${parts.join('/')}?${searchOf({ upload })}`;
}
