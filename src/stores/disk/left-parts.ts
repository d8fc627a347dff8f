/** What an earlier run left of uploads that are not complete: what the journal knows, as far as it is there. */
import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { UnfinishedUpload } from '../contract.ts';
import { rangesWithin } from '../ranges-within.ts';
import { type NameRules, targetName } from '../target-name.ts';
import type { Handles } from './handles.ts';
import type { SinkJournal } from './sink-journal.ts';

const nothing = { size: 0n, nlink: 0n, ino: 0n, dev: 0n };

export interface LeftPartsOptions {
  readonly root: string;
  /** The folder of temporary files. */
  readonly parts: string;
  /** What names are there. */
  readonly names: NameRules;
  readonly journal: SinkJournal;
  readonly handles: Handles;
}

/** Temporary files of which the journal knows nothing are removed. */
export async function leftParts({
  root,
  parts,
  names,
  journal,
  handles,
}: LeftPartsOptions): Promise<readonly UnfinishedUpload[]> {
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
      const name = targetName(one.uploader, one.path, names);
      const target = 'target' in name ? join(root, name.target) : undefined;
      const ranges = rangesWithin(one.ranges, await sizeOf(file, target));
      if (ranges.length > 0) handles.expect(file);
      return { ...one, ranges };
    }),
  );
}

/** What is under its final name too was published by a second name, and its run killed before it took the first one away. */
async function sizeOf(file: string, target: string | undefined): Promise<number> {
  const { size, nlink, ino, dev } = await stat(file, { bigint: true }).catch(() => nothing);
  if (nlink < 2n || target === undefined) return Number(size);
  const standing = await lstat(target, { bigint: true }).catch(() => nothing);
  // Others give files names too: backups do.
  if (standing.ino !== ino || standing.dev !== dev) return Number(size);
  await rm(file, { force: true });
  return 0;
}
