/** Opens a folder for the member of a group: whose it is, how far the members are, and what this one left when it ended. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../../errors.ts';
import { GroupClaims } from '../../objects/sink/group-claims.ts';
import { GroupPlace, groupKey } from '../../objects/sink/group-place.ts';
import { ObjectJournal } from '../../objects/sink/journal.ts';
import { journalName } from '../../objects/sink/journal-content.ts';
import { folderName } from '../../objects/sink/open-sink.ts';
import { ownFolder } from '../../target-name.ts';
import type { DiskCalls } from '../calls.ts';
import { whyNotShareable } from '../mounts.ts';
import { makeOwnFolders } from '../own-folder.ts';
import { aloneJournal, type SinkMemory } from '../sink-memory.ts';
import { probeSpelling } from '../spelling.ts';
import { MemberJournal } from './member-journal.ts';
import { NameRecords } from './name-records.ts';
import { SharedNames } from './shared-names.ts';
import { SmallFiles } from './small-files.ts';
import { givesTurns, NameTurns } from './turns.ts';

const members = `${ownFolder}/members`;
const names = `${ownFolder}/names`;
const turnsFolder = `${ownFolder}/turns`;

export interface DiskGroupOptions {
  /** What people call the root, and where it really is. */
  readonly place: string;
  readonly root: string;
  readonly calls: DiskCalls;
  readonly identify: (ownFolder: string) => string;
  readonly group: string;
  /** The downloader's name. */
  readonly reader: string;
  /** See {@link NameTurns}. */
  readonly patience?: number;
}

/** The name of the group whose members write below a root; undefined where there is none. */
export async function groupAt(root: string): Promise<string | undefined> {
  const path = join(root, groupKey(`${ownFolder}/`));
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    return undefined;
  });
  if (text === undefined) return undefined;
  try {
    return String((JSON.parse(text) as { readonly group?: unknown }).group);
  } catch {
    return 'that cannot be read';
  }
}

/** Throws ConfigurationError where the folder cannot be shared, is another group's, or that of a downloader without one. */
export async function openDiskGroup(options: DiskGroupOptions): Promise<SinkMemory> {
  const { place: shown, root, reader } = options;
  await mustBeShareable(shown, root);
  const folder = `${members}/${folderName(reader)}`;
  // Of this process alone: whatever one of the same name left, or is still about to do, happens elsewhere.
  const parts = `${folder}/${randomBytes(8).toString('hex')}`;
  try {
    return await openMember(options, folder, parts);
  } catch (error) {
    await rm(join(root, parts), { recursive: true, force: true }).catch(() => {});
    // Where nothing else of the member stands there.
    await rmdir(join(root, folder)).catch(() => {});
    throw error;
  }
}

async function openMember(options: DiskGroupOptions, folder: string, parts: string): Promise<SinkMemory> {
  const { place: shown, root, calls, identify, group, reader, patience } = options;
  const own = join(root, ownFolder);
  await makeOwnFolders(own, ...[turnsFolder, names, members, folder, parts].map((path) => join(root, path)));
  await mustGiveTurns(shown, join(root, parts));
  const turns = new NameTurns({
    ...{ turns: join(root, turnsFolder), own: join(root, parts), calls },
    ...(patience === undefined ? {} : { patience }),
  });
  const where = identify(own);
  const of = { members, journal: journalName, own: join(root, parts) };
  const files = new SmallFiles({ place: shown, root, where, turns, calls, ...of });
  const place = await GroupPlace.open(files, `${ownFolder}/`, group);
  if (await isThere(join(root, aloneJournal))) {
    await place.undo();
    throw new ConfigurationError(
      `${join(shown, aloneJournal)} is of a downloader without a group: end it, remove that, and start group ${group} again, which recognises what stands`,
    );
  }
  const key = `${folder}/${journalName}`;
  const journal = await ObjectJournal.open({
    objects: files,
    key,
    reader,
    group: { name: group, id: place.id },
  });
  await clearFormer(root, folder, parts, turns);
  let touch = (_: string): void => {};
  const records = new NameRecords({ root, folder: names, calls, touch: (one) => touch(one) });
  const member = new MemberJournal({ journal, place, records });
  return {
    parts,
    journal: member,
    shared: new GroupClaims({ objects: files, journal, place, own: `${ownFolder}/`, folder: `${folder}/` }),
    names(folders) {
      touch = (one) => folders.touch(one);
      const ended = (upload: string): void => member.noteGone(upload);
      return new SharedNames({ root, calls, turns, records, folders, ended });
    },
  };
}

/** What runs of the same name left. One that is frozen, and not dead, finds nothing of its own any more. */
async function clearFormer(root: string, folder: string, parts: string, turns: NameTurns): Promise<void> {
  const former = (await readdir(join(root, folder), { withFileTypes: true })).filter(
    (entry) => entry.isDirectory() && `${folder}/${entry.name}` !== parts,
  );
  await turns.sweep(new Set(former.map(({ name }) => name)));
  for (const { name } of former)
    await rm(join(root, folder, name), { recursive: true, force: true }).catch(() => {});
}

async function mustBeShareable(shown: string, root: string): Promise<void> {
  const why = await whyNotShareable(root);
  if (why !== undefined) throw notShared(shown, why);
}

async function mustGiveTurns(shown: string, own: string): Promise<void> {
  const { caseInsensitive, dropsDots } = await probeSpelling(own);
  if (caseInsensitive || dropsDots) throw notShared(shown, 'several spellings are one name there');
  if (!(await givesTurns(own)))
    throw notShared(
      shown,
      'its file system does not keep a folder that has something in it from being replaced',
    );
}

function notShared(shown: string, why: string): ConfigurationError {
  return new ConfigurationError(
    `a group cannot share ${shown}: ${why}; use one downloader without --group, a folder on a disk of this machine, or an object store`,
  );
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
