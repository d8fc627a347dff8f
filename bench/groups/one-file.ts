/** One large file, from file to verified file. */
import { join } from 'node:path';
import { writeRandomFile } from '../../test/support/files.ts';
import type { Group } from '../contender.ts';
import { fastestCipher, rsync, rsyncFsync, scp, scpAndSync, scpWith } from '../contenders/over-ssh.ts';
import { sluice } from '../contenders/sluice.ts';
import { splitKcat } from '../contenders/split-kcat.ts';
import type { Ground } from '../ground.ts';

export async function oneFile(ground: Ground, scale: number): Promise<Group> {
  const folder = join(ground.folder, 'one-file');
  const bytes = Math.round(1e9 * scale);
  await writeRandomFile(join(folder, 'file.bin'), bytes);
  const work = { folder, bytes, files: 1 };
  const synced = await scpAndSync(ground, work);
  return {
    name: 'one-file',
    title: `One file of ${bytes / 1e9} GB, upload and download at the same time`,
    bytes,
    second: synced,
    contenders: [
      scp(ground, work),
      synced,
      scpWith(await fastestCipher(ground), ground, work),
      sluice(ground, work, 'sha256'),
      sluice(ground, work, 'crc64nvme'),
      sluice(ground, work, 'md5'),
      rsync(ground, work),
      rsyncFsync(ground, work),
      splitKcat(ground, work),
    ],
  };
}
