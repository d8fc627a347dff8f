/** Opens a place in an object store as a sink. Its own things stand under `.sluice/NAME/`, apart for each downloader's name. */
import { randomUUID } from 'node:crypto';
import { ConfigurationError } from '../../../errors.ts';
import type { Sink } from '../../contract.ts';
import type { Notices } from '../../notices.ts';
import { ownFolder } from '../../target-name.ts';
import type { ObjectWriter } from '../contract.ts';
import { GroupClaims } from './group-claims.ts';
import { GroupPlace, groupAt } from './group-place.ts';
import { ObjectJournal } from './journal.ts';
import { journalName, readJournal } from './journal-content.ts';
import { isShareable, prove } from './prove.ts';
import { ObjectSink } from './sink.ts';

export interface ObjectSinkOptions {
  /** The downloader's name: each has what it remembers for itself. */
  readonly reader: string;
  /** The group that it is a member of. */
  readonly group?: string | undefined;
  /** What the store's own room has to say. */
  readonly notices: Notices;
}

/**
 * Proves that the place can be written, read and removed from, and opens it. Throws ConfigurationError when it cannot, and StoreFault while
 * the store is away. The writer is closed with the sink, and where this fails.
 */
export async function openObjectSink(objects: ObjectWriter, options: ObjectSinkOptions): Promise<Sink> {
  try {
    return options.group === undefined
      ? await openAlone(objects, options)
      : await openForGroup(objects, options, options.group);
  } catch (error) {
    objects.close();
    throw error;
  }
}

async function openAlone(objects: ObjectWriter, { reader, notices }: ObjectSinkOptions): Promise<Sink> {
  const { own, folder, key } = keysOf(objects, reader);
  const standing = groupAt(objects, own);
  standing.catch(() => {});
  // First: it says what to do where the place may not be used.
  const { keepsConditions } = await prove(objects, `${folder}check`);
  const group = await standing;
  if (group !== undefined) throw isOfGroup(objects, group);
  if (!keepsConditions) notices.say('conditions', unconditional(objects.place.url));
  const journal = await ObjectJournal.open({ objects, key, reader });
  // One that is begun at the same moment may not have seen the journal yet.
  const late = await groupAt(objects, own);
  if (late !== undefined) {
    if (journal.isNew) await objects.remove(key);
    throw isOfGroup(objects, late);
  }
  return new ObjectSink({ objects, journal, notices, own, folder, keepsConditions });
}

async function openForGroup(
  objects: ObjectWriter,
  { reader, notices }: ObjectSinkOptions,
  group: string,
): Promise<Sink> {
  const { own, folder, key } = keysOf(objects, reader);
  await prove(objects, `${folder}check`);
  if (!(await isShareable(objects, `${folder}check`)))
    throw new ConfigurationError(
      `a group cannot share ${objects.place.url}: what stands there may be replaced by who has not seen it; use one downloader without --group`,
    );
  const place = await GroupPlace.open(objects, own, group);
  const alone = await namesAlone(objects, own);
  if (alone.length > 0) {
    await place.undo();
    throw new ConfigurationError(
      `${alone.join(' and ')} of ${objects.place.url} ${alone.length === 1 ? 'is of a downloader' : 'are of downloaders'} without a group: end ${alone.length === 1 ? 'it, remove that' : 'them, remove those'}, and start group ${group} again, which recognises what stands`,
    );
  }
  const journal = await ObjectJournal.open({ objects, key, reader, group: { name: group, id: place.id } });
  const shared = new GroupClaims({ objects, journal, place, own, folder });
  return new ObjectSink({ objects, journal, notices, own, folder, keepsConditions: true, place, shared });
}

/** Keys of the journals of downloaders that are members of no group. */
async function namesAlone(objects: ObjectWriter, own: string): Promise<string[]> {
  const keys = (await objects.list(own)).filter((key) => key.endsWith(`/${journalName}`));
  const found = await Promise.all(keys.map((key) => readJournal(objects, key)));
  return keys.filter((_, index) => found[index]?.content?.version === 1);
}

function isOfGroup(objects: ObjectWriter, group: string): ConfigurationError {
  return new ConfigurationError(
    `the members of group ${group} write into ${objects.place.url}: add --group ${group}, or choose another place`,
  );
}

function keysOf(objects: ObjectWriter, reader: string) {
  const own = `${objects.place.prefix}${ownFolder}/`;
  const folder = `${own}${folderName(reader)}/`;
  return { own, folder, key: `${folder}${journalName}` };
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
export function folderName(reader: string): string {
  return encodeURIComponent(reader).replaceAll('.', '%2E');
}
