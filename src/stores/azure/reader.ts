/** A container as something to read from: requests, one try each. */
import type { Readable } from 'node:stream';
import type { ListedObject, ObjectFacts, ObjectRange, ObjectReader } from '../objects/contract.ts';
import { noRanges, wholeSize } from '../objects/whole-size.ts';
import type { Patiently } from '../patiently.ts';
import { StoreFault } from '../store-fault.ts';
import type { AzureStore } from './client.ts';
import { factsOf } from './facts.ts';
import { listBlobs, listPage } from './listing.ts';
import { isFolder } from './metadata-names.ts';
import type { AzurePlace } from './place.ts';

export class AzureReader implements ObjectReader {
  /** Blocks are seen once they are committed. An append blob grows, and is another version each time. */
  readonly appearsWhole = true;
  readonly place: AzurePlace;
  readonly identity: readonly string[];
  readonly #store: AzureStore;

  constructor(store: AzureStore) {
    const { place, account } = store;
    this.#store = store;
    this.place = place;
    this.identity = [account.endpoint, place.container, place.prefix];
  }

  shown(key: string): string {
    return this.#store.shown(key);
  }

  list(patiently: Patiently): AsyncIterable<readonly ListedObject[]> {
    return listBlobs(this.#store, patiently);
  }

  async tryList(): Promise<void> {
    await listPage(this.#store, this.place.prefix, 1);
  }

  async look(key: string): Promise<ObjectFacts> {
    const answer = await this.#store.ask('look at', key, (container) =>
      container.getBlobClient(key).getProperties(),
    );
    const facts = factsOf(answer);
    if (facts.size > 0 || !isFolder(answer.metadata)) return facts;
    throw new StoreFault(`${this.shown(key)} stands for a folder`, { scope: 'name', code: 'ENOENT' });
  }

  range(
    key: string,
    start: number,
    end: number,
    tag: string | undefined,
    signal: AbortSignal,
  ): Promise<ObjectRange> {
    return this.#store.ask('read', key, async (container) => {
      // Once an answer has begun, its body is ended by itself: an error of the library's own stream would be nobody's.
      const asking = new AbortController();
      const stop = (): void => asking.abort();
      signal.addEventListener('abort', stop);
      try {
        const answer = await container.getBlobClient(key).download(start, end - start, {
          conditions: tag === undefined || tag === '' ? {} : { ifMatch: tag },
          abortSignal: asking.signal,
          // What breaks off is asked for again by whoever reads.
          maxRetryRequests: 0,
        });
        const body = answer.readableStreamBody as Readable;
        // It may break off before anybody reads it.
        body.on('error', () => {});
        if (signal.aborted) body.destroy();
        // By name: it has them by getters.
        const { etag, lastModified, metadata, contentRange, _response } = answer;
        const contentLength = wholeSize({
          start,
          status: _response.status,
          contentRange,
          contentLength: answer.contentLength,
        });
        if (contentLength === undefined) {
          body.destroy();
          const message = `cannot read ${this.shown(key)}: ${noRanges}`;
          throw new StoreFault(message, { scope: 'name', code: 'EINVAL' });
        }
        return {
          facts: factsOf({ etag, lastModified, metadata, contentLength }),
          bytes: body,
          destroy: () => body.destroy(),
        };
      } finally {
        signal.removeEventListener('abort', stop);
      }
    });
  }

  meaning(error: unknown, cannot: string, key: string): Error {
    return this.#store.meaning(error, cannot, key);
  }

  close(): void {
    this.#store.close();
  }
}
