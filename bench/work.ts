/** What the contenders are to move, and the judge of what arrived. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { differences } from '../test/support/files.ts';

/** A folder of files to move. */
export interface Work {
  readonly folder: string;
  readonly bytes: number;
  readonly files: number;
}

/** Rejects when `arrived` is not the same as the work's folder; then, and otherwise, it is removed. */
export async function judge(work: Work, arrived: string): Promise<void> {
  try {
    const faults = await differences(work.folder, arrived);
    if (faults !== '') throw new Error(`what arrived is not what was sent: ${faults}`);
  } finally {
    await rm(arrived, { recursive: true, force: true });
  }
}

/** The one file of a work of one file. */
export async function onlyFile({ folder }: Work): Promise<string> {
  const [name] = await readdir(folder);
  if (name === undefined) throw new Error(`${folder} is empty`);
  return join(folder, name);
}
