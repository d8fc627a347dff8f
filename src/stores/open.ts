/** Opens the store that a written place names. */
import type { Sink, Source } from './contract.ts';
import { openDiskSink } from './disk/sink.ts';
import { type DiskSourceOptions, openDiskSource } from './disk/source.ts';
import { parsePlace } from './place.ts';

/** Throws ConfigurationError for a place that is of no store, missing, or not readable. */
export async function openSource(written: string, options: DiskSourceOptions = {}): Promise<Source> {
  return openDiskSource(parsePlace(written).path, options);
}

/** Made when missing. Throws ConfigurationError for a place that is of no store or cannot be written. */
export async function openSink(written: string): Promise<Sink> {
  return openDiskSink(parsePlace(written).path);
}
