/** A cluster as people name it: a file of properties, or addresses. */
import { resolve } from 'node:path';
import { ConfigurationError } from '../errors.ts';
import { loadProperties } from '../kafka/properties.ts';
import { parseAddress } from '../kafka/settings.ts';
import type { RelayCluster } from './options.ts';

/** Reads the file unless `place` is HOST:PORT, several with commas between. Rejects with ConfigurationError. */
export async function readCluster(name: string, place: string): Promise<RelayCluster> {
  if (place.split(',').every((part) => isAddress(part.trim())))
    return { name, kafka: { 'bootstrap.servers': place } };
  const { 'sluice.bootstrap.servers': ours, ...properties } = await loadProperties(place);
  const kafka = ours === undefined ? properties : { ...properties, 'bootstrap.servers': ours };
  return { name, kafka, file: resolve(place) };
}

function isAddress(text: string): boolean {
  try {
    parseAddress(text);
    return !text.startsWith('.') && !text.startsWith('/');
  } catch (error) {
    if (error instanceof ConfigurationError) return false;
    throw error;
  }
}
