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

/** Of several folders that are all written to, which may be on file systems of their own: what the fullest has. */
export async function leastSpaceAt(folders: readonly string[]): Promise<FreeSpace> {
  const spaces = await Promise.all(folders.map(freeSpaceAt));
  return spaces.reduce((least, space) => {
    const isFuller = space.files === 0 || (least.files !== 0 && space.bytes < least.bytes);
    return isFuller ? space : least;
  });
}

/** A disk with less than this has no room for what it keeps beside the bytes of files: a block, or in memory the room of a few inodes. */
const [leastBytes, leastFiles] = [1024 * 1024, 8];

/** True where an error says that a quota is used up, or that there is no room and there is none indeed: it says that of what is too long, too. */
export async function isFull(folder: string, error: unknown): Promise<boolean> {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC') return code === 'EDQUOT';
  const space = await freeSpaceAt(folder).catch(() => undefined);
  return space !== undefined && (space.bytes < leastBytes || (space.files ?? leastFiles) < leastFiles);
}
