/** Making folders. Node's own way of making those above as well never ends, at full load, where the system says ENOENT below one that stands: in /proc. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder, and those above it that are missing, each with `mode` where that is given. Rejects with the system's error of the first
 * that could not be made.
 */
export async function makeFolders(folder: string, mode?: number): Promise<void> {
  const refusal = await makeOne(folder, mode);
  if (refusal === undefined) return;
  const above = dirname(folder);
  if (refusal.code !== 'ENOENT' || above === folder) throw refusal;
  await makeFolders(above, mode);
  const second = await makeOne(folder, mode);
  if (second !== undefined) throw second;
}

/** Undefined once the folder stands there, whoever made it; systems have several codes for one that does. */
async function makeOne(folder: string, mode: number | undefined): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(folder, { mode });
    return undefined;
  } catch (error) {
    const stands = await stat(folder).catch(() => undefined);
    return stands?.isDirectory() ? undefined : (error as NodeJS.ErrnoException);
  }
}
