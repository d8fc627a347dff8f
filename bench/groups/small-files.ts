/** Many small files. */
import { join } from 'node:path';
import { writeRandomFile } from '../../test/support/files.ts';
import type { Group } from '../contender.ts';
import { rsync, rsyncFsync, tar } from '../contenders/over-ssh.ts';
import { rsyncDaemon } from '../contenders/rsync-daemon.ts';
import { sluice } from '../contenders/sluice.ts';
import type { Ground } from '../ground.ts';
import type { Work } from '../work.ts';

const size = 4096;

/** Writes so many files of random bytes, in folders of a hundred or more. */
export async function writeSmallFiles(folder: string, files: number): Promise<Work> {
  for (let file = 0; file < files; file++) {
    await writeRandomFile(join(folder, `till-${file % 100}`, `receipt-${file}.json`), size);
  }
  return { folder, bytes: files * size, files };
}

export async function smallFiles(ground: Ground, scale: number): Promise<Group> {
  const work = await writeSmallFiles(join(ground.folder, 'small-files'), Math.round(10_000 * scale));
  const synced = rsyncFsync(ground, work);
  return {
    name: 'small-files',
    title: `${work.files} files of 4 kB`,
    bytes: work.bytes,
    second: synced,
    contenders: [
      rsync(ground, work),
      synced,
      rsyncDaemon(ground, work),
      rsyncDaemon(ground, work, ['--fsync']),
      tar(ground, work),
      sluice(ground, work, 'sha256'),
    ],
  };
}
