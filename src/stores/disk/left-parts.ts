/** What an earlier run left of uploads that are not complete: what the journal knows, as far as it is there. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { UnfinishedUpload } from '../contract.ts';
import { rangesWithin } from '../ranges-within.ts';
import type { Handles } from './handles.ts';
import type { Journal } from './journal.ts';

/** Temporary files in the folder `parts` of which the journal knows nothing are removed. */
export async function leftParts(
  parts: string,
  journal: Journal,
  handles: Handles,
): Promise<readonly UnfinishedUpload[]> {
  const uploads = journal.unfinished();
  const known = new Set(uploads.map(({ upload }) => upload));
  for (const entry of await readdir(parts, { withFileTypes: true })) {
    // Folders are none of ours: some systems lay one of their own into every folder.
    if (known.has(entry.name) || entry.isDirectory()) continue;
    // What cannot be removed now is in nobody's way, and the next start finds it again.
    await rm(join(parts, entry.name), { force: true }).catch(() => {});
  }
  return Promise.all(
    uploads.map(async (one) => {
      const file = join(parts, one.upload);
      const ranges = rangesWithin(one.ranges, await sizeOf(file));
      if (ranges.length > 0) handles.expect(file);
      return { ...one, ranges };
    }),
  );
}

/** What has a second name was published by that, and its run killed before it took the first one away. */
async function sizeOf(file: string): Promise<number> {
  const { size, nlink } = await stat(file).catch(() => ({ size: 0, nlink: 0 }));
  if (nlink < 2) return size;
  await rm(file, { force: true });
  return 0;
}
