/** Opens a bucket as a sink. Its own things stand under `.sluice/NAME/`, apart for each downloader's name. */
import { randomUUID } from 'node:crypto';
import type { Sink } from '../../contract.ts';
import { Notices } from '../../notices.ts';
import type { S3Place } from '../../place.ts';
import { ownFolder } from '../../target-name.ts';
import { openS3Store } from '../client.ts';
import type { S3Options } from '../options.ts';
import { loadContentTypes } from './content-type.ts';
import { journalName, S3Journal } from './journal.ts';
import { S3Objects } from './objects.ts';
import { prove } from './prove.ts';
import { S3Sink } from './sink.ts';

export interface S3SinkOptions {
  readonly s3?: S3Options;
  /** The downloader's name: each has what it remembers for itself. */
  readonly reader: string;
}

/**
 * Opens a bucket, and proves that it can be written, read and removed from. Throws ConfigurationError when it cannot, and StoreFault while
 * the store is away.
 */
export async function openS3Sink(place: S3Place, { s3, reader }: S3SinkOptions): Promise<Sink> {
  const store = await openS3Store(place, s3);
  try {
    const notices = new Notices();
    const objects = new S3Objects(store, await loadContentTypes(), (about, message) =>
      notices.say(about, message),
    );
    const own = `${place.prefix}${ownFolder}/`;
    const folder = `${own}${folderName(reader)}/`;
    await prove(objects, `${folder}check`, place.url);
    const where = `${place.bucket}/${place.prefix}`;
    const journal = await S3Journal.open({
      objects,
      key: `${folder}${journalName}`,
      place: place.url,
      where,
      reader,
    });
    return new S3Sink({ store, objects, journal, notices, own, folder });
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Proves the same and leaves nothing behind. Throws as {@link openS3Sink} does. */
export async function tryS3Sink(place: S3Place, s3: S3Options): Promise<void> {
  const store = await openS3Store(place, s3);
  try {
    const objects = new S3Objects(
      store,
      () => undefined,
      () => {},
    );
    await prove(objects, `${place.prefix}${ownFolder}/check-${randomUUID()}`, place.url);
  } finally {
    store.close();
  }
}

/** A downloader's name as a part of a key: no slash, and no `..`. */
function folderName(reader: string): string {
  return encodeURIComponent(reader).replaceAll('.', '%2E');
}
