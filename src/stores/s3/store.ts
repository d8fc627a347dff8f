/** S3 as all stores are opened. Nothing is asked of the server yet. */
import type { ObjectReader, ObjectWriter } from '../objects/contract.ts';
import { loadContentTypes } from '../objects/sink/content-type.ts';
import { openS3Store } from './client.ts';
import type { S3Options } from './options.ts';
import type { S3Place } from './place.ts';
import { S3Reader } from './reader.ts';
import { S3Writer } from './writer.ts';

/** Throws ConfigurationError when the library is missing, or the options cannot be used. */
export async function openS3Reader(place: S3Place, options?: S3Options): Promise<ObjectReader> {
  return new S3Reader(await openS3Store(place, options));
}

/** The same. */
export async function openS3Writer(place: S3Place, options?: S3Options): Promise<ObjectWriter> {
  return new S3Writer(await openS3Store(place, options), await loadContentTypes());
}
