/** Opens the store that a written place names. Each store's own code, and its library, is loaded when it is opened. */
import type { Sink, Source } from './contract.ts';
import { openDiskSink } from './disk/sink.ts';
import { openDiskSource } from './disk/source.ts';
import type { Patiently } from './patiently.ts';
import { parsePlace } from './place.ts';
import type { S3Options } from './s3/options.ts';

/** What some stores want to know; the others pass it over. */
export interface StoreOptions {
  readonly s3?: S3Options;
  /** How requests are tried again. Default: they are not. */
  readonly patiently?: Patiently;
}

/** Throws ConfigurationError for a place that is of no store, missing, or not readable. */
export async function openSource(
  written: string,
  options: StoreOptions & { readonly followSymlinks?: boolean } = {},
): Promise<Source> {
  const place = parsePlace(written);
  switch (place.store) {
    case 'disk':
      return openDiskSource(place.path, options);
    case 's3': {
      const { openS3Source } = await import('./s3/source.ts');
      return openS3Source(place, options);
    }
  }
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
