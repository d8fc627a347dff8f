/** Which spellings a file system takes for one name: FAT and exFAT, also under Linux, neither tell `a` from `A` nor from `a.`. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { foldedName } from '../target-name.ts';
import { openAnew } from './open-anew.ts';

export interface Spelling {
  /** `a` and `A` are one name. */
  readonly caseInsensitive: boolean;
  /** `a` and `a.` are one name. */
  readonly dropsDots: boolean;
}

/** Found out in a folder of ours, by a file that is removed again. */
export async function probeSpelling(folder: string): Promise<Spelling> {
  const probe = join(folder, 'Probe');
  await (await openAnew(probe)).close();
  const isThere = (name: string): Promise<boolean> =>
    stat(join(folder, name)).then(
      () => true,
      () => false,
    );
  const spelling = { caseInsensitive: await isThere('pROBE'), dropsDots: await isThere('Probe.') };
  await rm(probe, { force: true });
  return spelling;
}

/** The same for all spellings of a name; null where each name has one. */
export function foldedBy({ caseInsensitive, dropsDots }: Spelling, target: string): string | null {
  if (!caseInsensitive && !dropsDots) return null;
  const folded = caseInsensitive ? foldedName(target) : target;
  return dropsDots ? folded.replace(/\.+(?=\/|$)/g, '') : folded;
}
