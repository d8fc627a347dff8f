/** What the contenders are to move, and the judge of what arrived. */
import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { differences } from '../test/support/files.ts';

/** A folder of files to move. */
export interface Work {
  readonly folder: string;
  readonly bytes: number;
  readonly files: number;
}

/**
 * Rejects when `arrived` is not the same as the work's folder. One file is removed after that. Many are put aside until the
 * ground goes: ext4 gives no inode away again soon after its file was deleted, and looks at each of them to find another, so that
 * the next contender would pay for what the one before had left.
 */
export async function judge(work: Work, arrived: string): Promise<void> {
  const faults = await differences(work.folder, arrived);
  if (faults !== '') throw new Error(`what arrived is not what was sent: ${faults}`);
  if (work.files === 1) await rm(arrived, { recursive: true });
  else await rename(arrived, join(dirname(work.folder), `judged-${randomUUID()}`));
}

/** The one file of a work of one file. */
export async function onlyFile({ folder }: Work): Promise<string> {
  const [name] = await readdir(folder);
  if (name === undefined) throw new Error(`${folder} is empty`);
  return join(folder, name);
}
