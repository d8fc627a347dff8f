/** Opens a place in an object store as a sink. Its own things stand under `.sluice/NAME/`, apart for each downloader's name. */
import { randomUUID } from 'node:crypto';
import type { Sink } from '../../contract.ts';
import type { Notices } from '../../notices.ts';
import { ownFolder } from '../../target-name.ts';
import type { ObjectWriter } from '../contract.ts';
import { journalName, ObjectJournal } from './journal.ts';
import { prove } from './prove.ts';
import { ObjectSink } from './sink.ts';

export interface ObjectSinkOptions {
  /** The downloader's name: each has what it remembers for itself. */
  readonly reader: string;
  /** What the store's own room has to say. */
  readonly notices: Notices;
}

/**
 * Proves that the place can be written, read and removed from, and opens it. Throws ConfigurationError when it cannot, and StoreFault while
 * the store is away. The writer is closed with the sink, and where this fails.
 */
export async function openObjectSink(
  objects: ObjectWriter,
  { reader, notices }: ObjectSinkOptions,
): Promise<Sink> {
  try {
    const own = `${objects.place.prefix}${ownFolder}/`;
    const folder = `${own}${folderName(reader)}/`;
    const { keepsConditions } = await prove(objects, `${folder}check`);
    if (!keepsConditions) notices.say('conditions', unconditional(objects.place.url));
    const journal = await ObjectJournal.open({ objects, key: `${folder}${journalName}`, reader });
    return new ObjectSink({ objects, journal, notices, own, folder, keepsConditions });
  } catch (error) {
    objects.close();
    throw error;
  }
}

/** Proves the same, and leaves nothing behind. Throws as {@link openObjectSink} does. */
export async function tryObjectSink(objects: ObjectWriter): Promise<void> {
  try {
    await prove(objects, `${objects.place.prefix}${ownFolder}/check-${randomUUID()}`);
  } finally {
    objects.close();
  }
}

function unconditional(place: string): string {
  return `${place} takes no conditions: where several downloaders write there, an older file may replace a newer one`;
}

/** A downloader's name as a part of a key: no slash, and no `..`. */
function folderName(reader: string): string {
  return encodeURIComponent(reader).replaceAll('.', '%2E');
}
