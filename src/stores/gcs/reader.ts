/** A bucket as something to read from: requests, one try each. */
import type { ListedObject, ObjectFacts, ObjectRange, ObjectReader } from '../objects/contract.ts';
import type { Patiently } from '../patiently.ts';
import type { GcsStore } from './client.ts';
import { Listed } from './listed.ts';
import { askForPage, listObjects } from './listing.ts';
import { readMedia } from './media.ts';
import type { GcsPlace } from './place.ts';
import { factFields, factsOf, type GcsResource } from './resource.ts';

export class GcsReader implements ObjectReader {
  /** Nobody sees an object before it is whole. */
  readonly appearsWhole = true;
  readonly place: GcsPlace;
  readonly identity: readonly string[];
  readonly #store: GcsStore;
  readonly #listed = new Listed();

  constructor(store: GcsStore) {
    const { place, endpoint = '' } = store;
    this.#store = store;
    this.place = place;
    this.identity = [endpoint, place.bucket, place.prefix];
  }

  shown(key: string): string {
    return this.#store.shown(key);
  }

  async *list(patiently: Patiently): AsyncGenerator<readonly ListedObject[]> {
    for await (const page of listObjects(this.#store, patiently)) {
      for (const { key, ...facts } of page) this.#listed.note(key, facts);
      yield page;
    }
  }

  async tryList(): Promise<void> {
    await askForPage(this.#store, this.place.prefix, 'name', 1);
  }

  look(key: string): Promise<ObjectFacts> {
    return this.#look(key, undefined);
  }

  async range(
    key: string,
    start: number,
    end: number,
    tag: string | undefined,
    signal: AbortSignal,
  ): Promise<ObjectRange> {
    const { answer, generation, size } = await readMedia(this.#store, key, tag, { start, end }, signal);
    try {
      // Whoever names a version knows it.
      const facts =
        tag === undefined
          ? (this.#listed.find(key, generation) ?? (await this.#look(key, generation)))
          : { size, tag, written: 0 };
      return { facts, bytes: answer, destroy: () => answer.destroy() };
    } catch (error) {
      answer.destroy();
      throw error;
    }
  }

  meaning(error: unknown, cannot: string, key: string): Error {
    return this.#store.meaning(error, cannot, key);
  }

  close(): void {
    this.#store.close();
  }

  async #look(key: string, ifGenerationMatch: string | undefined): Promise<ObjectFacts> {
    const resource = await this.#store.json({
      cannot: 'look at',
      key,
      method: 'GET',
      path: this.#store.path('/storage/v1', key, { fields: factFields, ifGenerationMatch }),
    });
    return factsOf(resource as GcsResource);
  }
}
