/** A file of a sink's own, made for a moment. Whatever stood there, and wherever it led, is none of ours. */
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';

/** Opens an empty file to be written; whoever asks removes it. No link is followed. */
export async function openAnew(path: string): Promise<FileHandle> {
  await rm(path, { force: true });
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW = 0 } = constants;
  return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
}
