/** The places that an uploader reads and a downloader writes, whatever store they are in. */
import { describeError } from '../../errors.ts';
import type { UploadOptions } from '../../files/shared/options.ts';
import { parsePlace } from '../../stores/place.ts';
import { type StoreSettings, storeOptions } from '../store-flags.ts';
import type { Finding } from './finding.ts';
import { examineSink, examineSource } from './folders.ts';

type Places = StoreSettings & { readonly from?: UploadOptions['from']; readonly to?: string };

export async function examinePlaces(settings: Places): Promise<Finding[]> {
  const { from, to } = settings;
  const places = from === undefined ? [] : typeof from === 'string' ? [from] : Object.values(from);
  const sources = await Promise.all(places.map((place) => examineFrom(place, settings)));
  return [...sources.flat(), ...(to === undefined ? [] : await examineTo(to, settings))];
}

async function examineFrom(from: string, settings: StoreSettings): Promise<Finding[]> {
  const place = parsePlace(from);
  if (place.store === 'disk') return examineSource(place.path);
  const { examineStoreSource } = await import('./stores.ts');
  return examineStoreSource(from, storeOptions(settings));
}

async function examineTo(to: string, settings: StoreSettings): Promise<Finding[]> {
  const place = parsePlace(to);
  if (place.store === 'disk') return examineSink(place.path);
  const check = 'Sink';
  const { trySink } = await import('../../stores/open.ts');
  try {
    await trySink(place, storeOptions(settings));
    return [{ check, status: 'ok', message: `${place.url} can be written to, read and removed from` }];
  } catch (error) {
    return [{ check, status: 'problem', message: describeError(error) }];
  }
}
