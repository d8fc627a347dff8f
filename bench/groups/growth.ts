/** How the cost per GB changes as a file grows: it should not. */
import { join } from 'node:path';
import { writeRandomFile } from '../../test/support/files.ts';
import type { Contender, Group } from '../contender.ts';
import { sluice } from '../contenders/sluice.ts';
import type { Ground } from '../ground.ts';

const sizes = [100e6, 10e6, 1e9, 10e9];

/** Each contender is Sluice with a file of another size; the first is what the others are compared with. */
export async function growth(ground: Ground, scale: number): Promise<Group> {
  const contenders: Contender[] = [];
  for (const full of sizes) {
    const bytes = Math.round(full * scale);
    const folder = join(ground.folder, `growth-${full}`);
    await writeRandomFile(join(folder, 'file.bin'), bytes);
    const { run } = sluice(ground, { folder, bytes, files: 1 }, 'md5');
    contenders.push({ name: `${bytes / 1e6} MB`, run, bytes });
  }
  return {
    name: 'growth',
    title: 'One file of several sizes, cost per GB',
    bytes: Math.round(100e6 * scale),
    contenders: contenders as [Contender, ...Contender[]],
  };
}
