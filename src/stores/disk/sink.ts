/** Opening a directory as a sink: what its file system can do is found out first. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolders } from '../../folder.ts';
import type { Sink } from '../contract.ts';
import { absolutePath } from '../place.ts';
import { ownFolder } from '../target-name.ts';
import { BackupFolder } from './backup-folder.ts';
import { DiskCalls } from './calls.ts';
import { DiskSink, partsFolder } from './disk-sink.ts';
import { openFault } from './open-fault.ts';
import { makeOwnFolders } from './own-folder.ts';
import { placeOf } from './place.ts';
import type { DiskSinkOptions } from './sink-options.ts';
import { probeSpelling } from './spelling.ts';
import { keepsStamps } from './stamps.ts';

/** Opens a directory as a sink, made when missing. Throws ConfigurationError when it cannot be written. */
export async function openDiskSink(directory: string, options: DiskSinkOptions = {}): Promise<Sink> {
  const place = absolutePath(directory);
  try {
    await makeFolders(place);
    const root = await realpath(place);
    const parts = join(root, partsFolder);
    await makeOwnFolders(join(root, ownFolder), parts);
    const spelling = await probeSpelling(parts);
    const calls = options.calls ?? (await DiskCalls.on(root));
    const stamps = calls.isLocal || (await keepsStamps(parts));
    const backup =
      options.backup === undefined ? undefined : await BackupFolder.open(options.backup, root, calls);
    const { identify = placeOf } = options;
    return new DiskSink(place, root, spelling, { identify, backup, calls, keepsStamps: stamps });
  } catch (cause) {
    throw openFault(place, cause);
  }
}
