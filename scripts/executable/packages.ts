/** Packages that only the making of executables needs, most of them for other machines than this: fetched by npm, compared with the digests that stand here, and kept. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../src/broker/default-folders.ts';

const run = promisify(execFile);

/** A release, and the SHA-512 of its archive as the lock file of npm writes it. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** The folder of the package's files. Rejects where npm cannot fetch it, or brings something else. */
export async function fetchPackage({ name, version, integrity }: PinnedPackage): Promise<string> {
  const kept = join(cacheFolder(), 'packages');
  const folder = join(kept, `${name.replace('/', '+')}@${version}`);
  // Moved there as a whole, so that it is complete.
  if (await readFile(join(folder, 'package.json')).catch(() => undefined)) return folder;
  const under = `${folder}.${process.pid}`;
  await mkdir(under, { recursive: true });
  try {
    process.stderr.write(`executable: fetching ${name} ${version}\n`);
    const { stdout } = await run('npm', [
      'pack',
      '--json',
      '--pack-destination',
      under,
      `${name}@${version}`,
    ]);
    const [{ filename }]: [{ filename: string }] = JSON.parse(stdout);
    const archive = join(under, filename.replace('@', '').replace('/', '-'));
    const digest = `sha512-${createHash('sha512')
      .update(await readFile(archive))
      .digest('base64')}`;
    if (digest !== integrity)
      throw new Error(`${name} ${version} came as ${digest}, and not as ${integrity}`);
    // npm's archives have all in one folder, most by this name.
    await mkdir(join(under, 'files'));
    await run('tar', ['-xzf', archive, '--strip-components=1', '-C', join(under, 'files')]);
    await rename(join(under, 'files'), folder);
    return folder;
  } finally {
    await rm(under, { recursive: true, force: true });
  }
}
