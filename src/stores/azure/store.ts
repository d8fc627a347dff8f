/** Azure Blob Storage as all stores are opened. Nothing is asked of the server yet. */
import type { ObjectReader, ObjectWriter } from '../objects/contract.ts';
import { loadContentTypes } from '../objects/sink/content-type.ts';
import { openAzureStore } from './client.ts';
import type { AzurePlace } from './place.ts';
import { AzureReader } from './reader.ts';
import { AzureWriter } from './writer.ts';

/** Throws ConfigurationError when a library is missing, or the environment does not say which account. */
export async function openAzureReader(place: AzurePlace): Promise<ObjectReader> {
  return new AzureReader(await openAzureStore(place));
}

/** The same. */
export async function openAzureWriter(place: AzurePlace): Promise<ObjectWriter> {
  return new AzureWriter(await openAzureStore(place), await loadContentTypes());
}
