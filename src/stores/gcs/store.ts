/** Google Cloud Storage as all stores are opened. Nothing is asked of the server yet. */
import type { ObjectReader, ObjectWriter } from '../objects/contract.ts';
import { loadContentTypes } from '../objects/sink/content-type.ts';
import { openGcsStore } from './client.ts';
import type { GcsOptions } from './options.ts';
import { Pace } from './pace.ts';
import type { GcsPlace } from './place.ts';
import { GcsReader } from './reader.ts';
import { GcsWriter } from './writer.ts';

/** Milliseconds between two writes of one object. */
const interval = 1000;

/** Throws ConfigurationError when the library is missing, or the options cannot be used. */
export async function openGcsReader(place: GcsPlace, options?: GcsOptions): Promise<ObjectReader> {
  return new GcsReader(await openGcsStore(place, options));
}

/** The same. */
export async function openGcsWriter(place: GcsPlace, options: GcsOptions | undefined): Promise<ObjectWriter> {
  const [store, typeOf] = [await openGcsStore(place, options), await loadContentTypes()];
  return new GcsWriter(store, typeOf, new Pace(store.isEmulator ? 0 : interval));
}
