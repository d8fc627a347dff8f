/** Opening a directory as a sink: what its file system can do is found out first. */
import { realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../../errors.ts';
import { makeFolders } from '../../folder.ts';
import type { Sink } from '../contract.ts';
import { absolutePath } from '../place.ts';
import { ownFolder } from '../target-name.ts';
import { sinkAttributes } from './attributes/sink-attributes.ts';
import { BackupFolder } from './backup-folder.ts';
import { DiskCalls } from './calls.ts';
import { DiskSink } from './disk-sink.ts';
import { groupAt, openDiskGroup } from './group/open-group.ts';
import { openFault } from './open-fault.ts';
import { makeOwnFolders } from './own-folder.ts';
import { placeOf } from './place.ts';
import { aloneJournal, partsFolder } from './sink-memory.ts';
import type { DiskSinkOptions } from './sink-options.ts';
import { probeSpelling } from './spelling.ts';
import { keepsStamps } from './stamps.ts';

/** Opens a directory as a sink, made when missing. Throws ConfigurationError when it cannot be written. */
export async function openDiskSink(directory: string, options: DiskSinkOptions = {}): Promise<Sink> {
  const place = absolutePath(directory);
  try {
    await makeFolders(place);
    const root = await realpath(place);
    const calls = options.calls ?? (await DiskCalls.on(root));
    const { identify = placeOf, group: member } = options;
    if (member === undefined) await mustBeAlone(place, root);
    const of = { place, root, calls, identify };
    const group = member && (await openDiskGroup({ ...of, ...member, group: member.name }));
    const parts = join(root, group?.parts ?? partsFolder);
    await makeOwnFolders(join(root, ownFolder), parts);
    const spelling = await probeSpelling(parts);
    const stamps = calls.isLocal || (await keepsStamps(parts));
    const attributes = options.attributes && (await sinkAttributes(options.attributes));
    const backup =
      options.backup === undefined
        ? undefined
        : await BackupFolder.open(options.backup, root, calls, attributes?.calls);
    const isNew = !(await isThere(join(root, aloneJournal)));
    const settings = { identify, backup, calls, keepsStamps: stamps, group, attributes };
    const sink = new DiskSink(place, root, spelling, settings);
    if (member === undefined) await confirmAlone(sink, place, root, isNew);
    return sink;
  } catch (cause) {
    throw openFault(place, cause);
  }
}

/** Throws ConfigurationError where the members of a group write. */
async function mustBeAlone(place: string, root: string): Promise<void> {
  const group = await groupAt(root);
  if (group === undefined) return;
  throw new ConfigurationError(
    `the members of group ${group} write into ${place}: add --group ${group}, or choose another place`,
  );
}

/** A group that is begun at the same moment may not have seen the journal. */
async function confirmAlone(sink: Sink, place: string, root: string, isNew: boolean): Promise<void> {
  try {
    await mustBeAlone(place, root);
  } catch (error) {
    await sink.close();
    for (const end of isNew ? ['', '-wal', '-shm'] : [])
      await rm(join(root, aloneJournal + end), { force: true });
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
