/** A real disk that is soon full: a file system in memory, mounted for one test. */
import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface SmallDisk {
  readonly folder: string;
  /** Rejects where something on it is in use, unless it is to go once nothing is. */
  unmount(how?: 'lazily'): Promise<void>;
  /** Makes it larger or smaller. */
  resize(mebibytes: number): Promise<void>;
}

/** At a folder that is there, if one is given. Undefined where nothing may be mounted: on systems other than Linux, and for users other than root. */
export async function smallDisk(
  t: TestContext,
  mebibytes: number,
  at?: string,
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
    await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'sluice-test', folder]);
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
    resize: async (size) => {
      await run('mount', ['-o', `remount,size=${size}m`, folder]);
    },
  };
}
