// @ts-check
/** What the console asks its server, besides the events. */

/** @import { FileEvent, FilesPage, FilesQuestion, History, Session } from '../../src/console/contract.ts' */

/** What the server said no to; `status` 0: it said nothing. */
export class AnswerError extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

export class Api {
  csrf = '';
  /** Called when the server wants to know who asks. */
  onUnknown = () => {};

  /** @returns {Promise<Session>} */
  async session() {
    const session = /** @type {Session} */ (await this.#get('api/session'));
    this.csrf = session.csrf;
    return session;
  }

  /** @param {string} token */
  async signIn(token) {
    await this.post('api/sign-in', { token });
  }

  async signOut() {
    await this.post('api/sign-out', {});
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
    await this.post('api/files/resend', { uploader, path });
  }

  /**
   * @param {string} address
   * @param {unknown} body
   */
  async post(address, body) {
    const headers = { 'content-type': 'application/json', 'x-sluice-csrf': this.csrf };
    await this.#ask(address, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /** @param {string} address @param {AbortSignal} [signal] */
  async #get(address, signal) {
    const response = await this.#ask(address, signal ? { signal } : {});
    return response.json();
  }

  /** @param {string} address @param {RequestInit} init */
  async #ask(address, init) {
    const response = await fetch(address, init).catch((error) => {
      if (init.signal?.aborted) throw error;
      throw new AnswerError('The console does not answer.', 0);
    });
    if (response.ok) return response;
    if (response.status === 401 && !address.endsWith('sign-in')) this.onUnknown();
    throw new AnswerError(await reasonOf(response), response.status);
  }
}

/**
 * The server's own words, where they are short and no page of a proxy.
 * @param {Response} response
 */
async function reasonOf(response) {
  const text = await response.text().catch(() => '');
  try {
    const { message, error } = JSON.parse(text);
    if (typeof message === 'string') return message;
    if (typeof error === 'string') return error;
  } catch {
    if (text !== '' && text.length < 300 && !text.includes('<')) return text;
  }
  return `The console answered ${response.status}.`;
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
