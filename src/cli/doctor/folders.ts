/** The folders that an uploader reads and a downloader writes. */
import { mkdtemp, opendir, rmdir, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describeError } from '../../errors.ts';
import * as quantity from '../terminal/quantities.ts';
import type { Finding } from './finding.ts';

/** Whether an uploader can read the folder. */
export async function examineSource(folder: string): Promise<Finding> {
  const check = 'Source';
  try {
    const directory = await opendir(folder);
    await directory.close();
    return { check, status: 'ok', message: `${folder} can be read` };
  } catch (error) {
    const remedy = 'name a folder that exists and that this user may read';
    return { check, status: 'problem', message: `${folder} cannot be read: ${describeError(error)}`, remedy };
  }
}

/** Whether a downloader can write into the folder, and how much fits. */
export async function examineSink(folder: string): Promise<Finding[]> {
  const check = 'Sink';
  try {
    const existing = await nearestFolder(resolve(folder));
    const probe = await mkdtemp(join(existing, '.sluice-doctor-'));
    await rmdir(probe);
    const made = existing === resolve(folder) ? 'can be written' : 'will be made';
    return [{ check, status: 'ok', message: `${folder} ${made}` }, await freeSpace(existing)];
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

const littleSpace = 1_000_000_000;

async function freeSpace(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const finding = { check: 'Free space', message: `${quantity.bytes(free)} at the sink` } as const;
  if (free >= littleSpace) return { ...finding, status: 'ok' };
  return { ...finding, status: 'warning', remedy: 'make room; a downloader waits while the disk is full' };
}
