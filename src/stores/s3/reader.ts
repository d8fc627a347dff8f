/** A bucket as something to read from: requests, one try each. */
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { ListedObject, ObjectFacts, ObjectRange, ObjectReader } from '../objects/contract.ts';
import { noRanges, wholeSize } from '../objects/whole-size.ts';
import { once, type Patiently } from '../patiently.ts';
import { StoreFault } from '../store-fault.ts';
import type { S3Store } from './client.ts';
import { factsOf } from './facts.ts';
import { headObject } from './head.ts';
import { firstPage, listObjects } from './listing.ts';
import type { S3Place } from './place.ts';

export class S3Reader implements ObjectReader {
  /** Nobody sees an object before it is whole. */
  readonly appearsWhole = true;
  readonly place: S3Place;
  readonly identity: readonly string[];
  readonly #store: S3Store;

  constructor(store: S3Store) {
    const { place, endpoint = '' } = store;
    this.#store = store;
    this.place = place;
    this.identity = [endpoint, place.bucket, place.prefix];
  }

  shown(key: string): string {
    return this.#store.shown(key);
  }

  list(patiently: Patiently): AsyncIterable<readonly ListedObject[]> {
    return listObjects(this.#store, patiently);
  }

  async tryList(): Promise<void> {
    await firstPage(this.#store, once);
  }

  async look(key: string): Promise<ObjectFacts> {
    const head = await headObject(this.#store, key);
    return factsOf({ ...head, Size: head.ContentLength });
  }

  async range(
    key: string,
    start: number,
    end: number,
    tag: string | undefined,
    signal: AbortSignal,
  ): Promise<ObjectRange> {
    const { sdk, common } = this.#store;
    const Range = `bytes=${start}-${end - 1}`;
    const condition = tag === undefined || tag === '' ? {} : { IfMatch: tag };
    const command = new sdk.GetObjectCommand({ ...common, Key: key, Range, ...condition });
    const answer = await this.#store.ask('read', key, async (client) => {
      const given = await client.send(command, { abortSignal: signal });
      const Size = wholeSize({
        start,
        status: given.$metadata.httpStatusCode,
        contentRange: given.ContentRange,
        contentLength: given.ContentLength,
      });
      if (Size !== undefined) return { ...given, Size };
      destroy(given.Body);
      throw new StoreFault(`cannot read ${this.shown(key)}: ${noRanges}`, { scope: 'name', code: 'EINVAL' });
    });
    const { Body } = answer;
    const bytes = (Body ?? []) as AsyncIterable<Uint8Array>;
    return { facts: factsOf(answer), bytes, destroy: () => destroy(Body) };
  }

  meaning(error: unknown, cannot: string, key: string): Error {
    return this.#store.meaning(error, cannot, key);
  }

  close(): void {
    this.#store.close();
  }
}

function destroy(body: GetObjectCommandOutput['Body']): void {
  (body as { destroy?: () => void } | undefined)?.destroy?.();
}
