/** Many small files. */
import { join } from 'node:path';
import { writeRandomFile } from '../../test/support/files.ts';
import type { Group } from '../contender.ts';
import { rsync, tar } from '../contenders/over-ssh.ts';
import { sluice } from '../contenders/sluice.ts';
import type { Ground } from '../ground.ts';

const size = 4096;

export async function smallFiles(ground: Ground, scale: number): Promise<Group> {
  const folder = join(ground.folder, 'small-files');
  const files = Math.round(10_000 * scale);
  for (let file = 0; file < files; file++) {
    await writeRandomFile(join(folder, `till-${file % 100}`, `receipt-${file}.json`), size);
  }
  const work = { folder, bytes: files * size, files };
  return {
    name: 'small-files',
    title: `${files} files of 4 kB`,
    bytes: work.bytes,
    contenders: [rsync(ground, work), tar(ground, work), sluice(ground, work, 'md5')],
  };
}
