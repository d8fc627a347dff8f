/** How the cost changes as a file grows, and as files become more: per GB, and per file, it should not. */
import { join } from 'node:path';
import { writeRandomFile } from '../../test/support/files.ts';
import type { Contender, Group } from '../contender.ts';
import { sluice } from '../contenders/sluice.ts';
import type { Ground } from '../ground.ts';
import { writeSmallFiles } from './small-files.ts';

const sizes = [100e6, 10e6, 1e9, 10e9];
const counts = [10_000, 100, 1000, 100_000];

/** Each contender is Sluice with a file of another size; the first is what the others are compared with. */
export async function growth(ground: Ground, scale: number): Promise<Group> {
  const contenders: Contender[] = [];
  for (const full of sizes) {
    const bytes = Math.round(full * scale);
    const folder = join(ground.folder, `growth-${full}`);
    await writeRandomFile(join(folder, 'file.bin'), bytes);
    const { run } = sluice(ground, { folder, bytes, files: 1 }, 'sha256');
    contenders.push({ name: `${bytes / 1e6} MB`, run, bytes });
  }
  return {
    name: 'growth',
    title: 'One file of several sizes, cost per GB',
    bytes: Math.round(100e6 * scale),
    contenders: contenders as [Contender, ...Contender[]],
  };
}

/** The same with more and more small files. */
export async function growthInFiles(ground: Ground, scale: number): Promise<Group> {
  const contenders: Contender[] = [];
  for (const full of counts) {
    const work = await writeSmallFiles(join(ground.folder, `files-${full}`), Math.round(full * scale));
    const { run } = sluice(ground, work, 'sha256');
    contenders.push({ name: `${work.files} files`, run, bytes: work.bytes });
  }
  return {
    name: 'growth-in-files',
    title: 'Files of 4 kB in several numbers, cost per GB',
    bytes: contenders[0]!.bytes!,
    contenders: contenders as [Contender, ...Contender[]],
  };
}
