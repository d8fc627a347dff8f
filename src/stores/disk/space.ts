/** Whether a disk takes anything, and how much. */
import { rm, statfs, writeFile } from 'node:fs/promises';
import type { FreeSpace } from '../contract.ts';

/** Rejects with what keeps a small file from being written. */
export async function writeAndRemove(file: string): Promise<void> {
  try {
    await writeFile(file, 'x', { flag: 'wx' });
  } finally {
    await rm(file, { force: true });
  }
}

export async function freeSpaceAt(folder: string): Promise<FreeSpace> {
  const { bavail, bsize, files, ffree } = await statfs(folder);
  return { bytes: bavail * bsize, files: files > 0 ? ffree : undefined };
}
