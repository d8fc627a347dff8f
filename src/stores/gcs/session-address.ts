/**
 * Where a resumable upload is written to. Whoever has the address can write there, without any other right, until it is completed or a week
 * has passed: it is nothing for logs, errors or journals.
 */

import { StoreFault } from '../store-fault.ts';
import type { GcsStore } from './client.ts';
import type { GcsResource } from './resource.ts';
import type { SessionAnswer } from './session.ts';

/** The server has what was sent, and waits for more. */
const incomplete = 308;
/** The upload was cancelled, as it was to be. */
const cancelled = 499;

export class SessionAddress {
  readonly #store: GcsStore;
  readonly #key: string;
  /** A path: it is asked for at the server that we were sent to. */
  readonly #path: string;

  private constructor(store: GcsStore, key: string, path: string) {
    this.#store = store;
    this.#key = key;
    this.#path = path;
  }

  /** Begins an upload. `described`: the object to be, by Google's names. `ESTALE` by the condition. */
  static async begin(
    store: GcsStore,
    key: string,
    given: {
      readonly described: object;
      readonly ifGenerationMatch: string | undefined;
      readonly fields: string;
    },
  ): Promise<SessionAddress> {
    const { described, ifGenerationMatch, fields } = given;
    const answer = await store.send({
      cannot: 'begin to write',
      key,
      method: 'POST',
      path: store.path('/upload/storage/v1', undefined, {
        uploadType: 'resumable',
        fields,
        ifGenerationMatch,
      }),
      headers: { 'content-type': 'application/json; charset=UTF-8' },
      body: [Buffer.from(JSON.stringify(described))],
    });
    answer.resume();
    const { location = '' } = answer.headers;
    if (!URL.canParse(location, 'https://storage.googleapis.com'))
      throw new StoreFault(`cannot begin to write ${store.shown(key)}: the server gives no upload`, {
        scope: 'sink',
        code: 'EAGAIN',
      });
    const { pathname, search } = new URL(location, 'https://storage.googleapis.com');
    return new SessionAddress(store, key, pathname + search);
  }

  /** One request: bytes of a range, or a question for what the server has. `ENOENT` when it has ended without an object. */
  async put(range: string, body: Uint8Array, checksum?: string): Promise<SessionAnswer> {
    const request = {
      cannot: 'write',
      key: this.#key,
      isSession: true,
      method: 'PUT',
      path: this.#path,
      headers: {
        'content-range': range,
        ...(checksum === undefined ? {} : { 'x-goog-hash': `crc32c=${checksum}` }),
      },
      body: body.length === 0 ? [] : [body],
      wait: range.endsWith('/*') ? 'sent' : 'work',
      also: [incomplete],
    } as const;
    const answer = await this.#store.send(request);
    if (answer.statusCode !== incomplete)
      return { made: (await this.#store.parsed(answer, request)) as GcsResource };
    answer.resume();
    const last = /^(?:bytes=)?0-(\d+)$/.exec(answer.headers.range ?? '')?.[1];
    return { has: last === undefined ? 0 : Number(last) + 1 };
  }

  /** Ends it, with all that went up; one that has ended already is no fault. */
  async abort(): Promise<void> {
    try {
      const answer = await this.#store.send({
        cannot: 'abort what was written of',
        key: this.#key,
        isSession: true,
        method: 'DELETE',
        path: this.#path,
        also: [cancelled],
      });
      answer.resume();
    } catch (error) {
      if (!(error instanceof StoreFault) || error.code !== 'ENOENT') throw error;
    }
  }
}
