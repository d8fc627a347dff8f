/** A real disk that is soon full: a file system in memory, mounted for one owner. */
import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Owner } from './fault-proxy.ts';

const run = promisify(execFile);

export interface SmallDisk {
  readonly folder: string;
  /** Rejects where something on it is in use, unless it is to go once nothing is. */
  unmount(how?: 'lazily'): Promise<void>;
  /** Makes it larger or smaller. */
  resize(mebibytes: number, inodes?: number): Promise<void>;
}

export interface SmallDiskOptions {
  /** A folder that is there. Default: one of its own. */
  readonly at?: string;
  /** Files and folders that it holds. Default: what the system allows. */
  readonly inodes?: number;
}

/** Until its owner ends. Undefined where nothing may be mounted: on systems other than Linux, and for users other than root. */
export async function smallDisk(
  t: Owner,
  mebibytes: number,
  { at, inodes }: SmallDiskOptions = {},
): Promise<SmallDisk | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const folder = at ?? (await mkdtemp(join(await realpath(tmpdir()), 'sluice-disk-')));
  let isMounted = false;
  t.after(async () => {
    // Lazily: what the test has open there may be closed after this.
    if (isMounted) await run('umount', ['--lazy', folder]);
    if (at === undefined) await rmdir(folder);
  });
  try {
    await run('mount', ['-t', 'tmpfs', '-o', sizes(mebibytes, inodes), 'sluice-test', folder]);
  } catch {
    // In a container root may not mount either.
    return undefined;
  }
  isMounted = true;
  return {
    folder,
    unmount: async (how) => {
      if (isMounted) await run('umount', how === 'lazily' ? ['--lazy', folder] : [folder]);
      isMounted = false;
    },
    resize: async (size, count) => {
      await run('mount', ['-o', `remount,${sizes(size, count)}`, folder]);
    },
  };
}

function sizes(mebibytes: number, inodes?: number): string {
  return `size=${mebibytes}m${inodes === undefined ? '' : `,nr_inodes=${inodes}`}`;
}
