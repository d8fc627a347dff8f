/** The folders that an uploader reads and a downloader writes. */
import { watch } from 'node:fs';
import { opendir, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeError } from '../../errors.ts';
import { probeAbilities } from '../../stores/disk/abilities.ts';
import { isLocalTree } from '../../stores/disk/mounts.ts';
import { absolutePath } from '../../stores/place.ts';
import { judgeFileSystem, judgeSpace } from './file-system.ts';
import type { Finding } from './finding.ts';

/** Whether an uploader can read the folder, and how it learns of changes. Writes nothing there. */
export async function examineSource(folder: string): Promise<Finding[]> {
  const check = 'Source';
  try {
    const directory = await opendir(folder);
    await directory.close();
    const readable: Finding = { check, status: 'ok', message: `${folder} can be read` };
    return [readable, ...(await examineKind(folder)), await examineWatching(folder)];
  } catch (error) {
    const remedy = 'name a folder that exists and that this user may read';
    const message = `${folder} cannot be read: ${describeError(error)}`;
    return [{ check, status: 'problem', message, remedy }];
  }
}

/** Linux's statfs(2): procfs, sysfs, cgroup2, debugfs and tracefs, whose files are made when they are read. */
const madeFiles = [0x9fa0, 0x62656572, 0x63677270, 0x64626720, 0x74726163];

async function examineKind(folder: string): Promise<Finding[]> {
  const { type } = await statfs(folder);
  if (process.platform !== 'linux' || !madeFiles.includes(type)) return [];
  const message = `${folder} holds no files but what the system says of itself, without sizes`;
  return [
    { check: 'Source', status: 'warning', message, remedy: 'copy what is wanted to a folder, and send that' },
  ];
}

async function examineWatching(folder: string): Promise<Finding> {
  const check = 'Changes';
  try {
    watch(folder, { persistent: false }).close();
  } catch (error) {
    const remedy = 'raise fs.inotify.max_user_watches and fs.inotify.max_user_instances (sysctl)';
    const message = `found by looking every --scan-interval alone: ${describeError(error)}`;
    return { check, status: 'warning', message, remedy };
  }
  if (process.platform !== 'linux' || (await isLocalTree(folder))) {
    return { check, status: 'ok', message: 'the system tells of them at once' };
  }
  const message =
    'the system may not tell of those that other machines make; they are found every --scan-interval';
  return { check, status: 'note', message };
}

/** Whether a downloader can write into the folder, how much fits, and what its file system cannot do. */
export async function examineSink(folder: string): Promise<Finding[]> {
  const check = 'Sink';
  try {
    const whole = absolutePath(folder);
    const existing = await nearestFolder(whole);
    const abilities = await probeAbilities(existing);
    const made = existing === whole ? 'can be written' : 'will be made';
    return [
      { check, status: 'ok', message: `${folder} ${made}` },
      ...judgeFileSystem(abilities),
      judgeSpace(abilities),
    ];
  } catch (error) {
    const remedy = 'name a folder that this user may write';
    return [
      { check, status: 'problem', message: `${folder} cannot be written: ${describeError(error)}`, remedy },
    ];
  }
}

/** The folder itself, or the nearest one above it that exists. */
async function nearestFolder(folder: string): Promise<string> {
  try {
    const directory = await opendir(folder);
    await directory.close();
    return folder;
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!missing || dirname(folder) === folder) throw error;
    return nearestFolder(dirname(folder));
  }
}
