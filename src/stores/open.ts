/** Opens the store that a written place names. Each store's own code, and its library, is loaded when it is opened. */
import { ConfigurationError } from '../errors.ts';
import type { Sink, Source } from './contract.ts';
import { openDiskSink } from './disk/sink.ts';
import { type DiskSourceOptions, openDiskSource } from './disk/source.ts';
import { type Place, parsePlace } from './place.ts';
import type { S3Options } from './s3/options.ts';

/** Throws ConfigurationError for a place that is of no store, missing, or not readable. */
export async function openSource(written: string, options: DiskSourceOptions = {}): Promise<Source> {
  const place = parsePlace(written);
  if (place.store === 'disk') return openDiskSource(place.path, options);
  throw notYet(place, 'read from');
}

export interface SinkOptions {
  /** The downloader's name: where several write to one place, each has what it remembers for itself. */
  readonly reader: string;
  readonly s3?: S3Options;
}

/**
 * A directory is made when missing. Throws ConfigurationError for a place that is of no store or cannot be written, and StoreFault while
 * its store is away.
 */
export async function openSink(written: string, options: SinkOptions): Promise<Sink> {
  const place = parsePlace(written);
  if (place.store === 'disk') return openDiskSink(place.path);
  const { openS3Sink } = await import('./s3/sink/open-sink.ts');
  return openS3Sink(place, options);
}

function notYet({ url }: Exclude<Place, { store: 'disk' }>, what: string): ConfigurationError {
  return new ConfigurationError(`${url} cannot be ${what} yet: name a directory`);
}
