/** Opens the store that a written place names. Each store's own code, and its library, is loaded when it is opened. */
import { ConfigurationError } from '../errors.ts';
import type { Sink, Source } from './contract.ts';
import { openDiskSink } from './disk/sink.ts';
import { type DiskSourceOptions, openDiskSource } from './disk/source.ts';
import { type Place, parsePlace } from './place.ts';

/** Throws ConfigurationError for a place that is of no store, missing, or not readable. */
export async function openSource(written: string, options: DiskSourceOptions = {}): Promise<Source> {
  const place = parsePlace(written);
  if (place.store === 'disk') return openDiskSource(place.path, options);
  throw notYet(place, 'read from');
}

/** Made when missing. Throws ConfigurationError for a place that is of no store or cannot be written. */
export async function openSink(written: string): Promise<Sink> {
  const place = parsePlace(written);
  if (place.store === 'disk') return openDiskSink(place.path);
  throw notYet(place, 'written to');
}

function notYet({ url }: Exclude<Place, { store: 'disk' }>, what: string): ConfigurationError {
  return new ConfigurationError(`${url} cannot be ${what} yet: name a directory`);
}
